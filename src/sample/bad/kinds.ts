/** The kinds of bad input that a sample can hold. */

/** What went into one kind of bad line. */
export interface BadLines {
  kind: string;
  /** what is wrong, in a few words */
  what: string;
  lines: number;
  /** whether the lines are still JSON objects with an event type and a time, so that a converter can make an event of them */
  event: boolean;
}

/** A file that is bad as a whole. */
export interface BadFile {
  kind: string;
  what: string;
  /** below the sample's folder, with `/` */
  path: string;
  /** lines put in; how many come out again of a damaged file depends on the reader */
  lines: number;
  /** whether all of it can be read */
  sound: boolean;
}

export interface BadReport {
  lines: readonly BadLines[];
  /** the files that hold {@link lines}, one after the other, good events between them */
  linesFile: string | undefined;
  /** good events in {@link linesFile} */
  goodAmongBad: number;
  files: readonly BadFile[];
}

export const NO_BAD: BadReport = { lines: [], linesFile: undefined, goodAmongBad: 0, files: [] };
