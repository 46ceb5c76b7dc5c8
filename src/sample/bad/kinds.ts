/** What a report says of the bad input in a sample. */

/** One kind of bad or odd line. */
export interface BadLines {
  kind: string;
  /** what is special about it, in a few words */
  what: string;
  lines: number;
  /**
   * Whether the lines are JSON objects with an event type and a time: false, and no converter can make an event of them; true, and only
   * a value or two may have to stay unmapped.
   */
  event: boolean;
}

/** A file that is bad or odd as a whole. */
export interface BadFile {
  kind: string;
  what: string;
  /** below the sample's folder, with `/` */
  path: string;
  /** lines put in, all of them events; how many come out again of a damaged file depends on the reader */
  lines: number;
  /** fine: all lines can be read; damaged: some or all cannot; foreign: not a file of FDR's */
  state: 'fine' | 'damaged' | 'foreign';
}

export interface BadReport {
  /** the file that holds every kind of {@link lines}, a good event after each kind */
  linesFile: string | undefined;
  lines: readonly BadLines[];
  /** good events in {@link linesFile} */
  goodAmongBad: number;
  files: readonly BadFile[];
}

export const NO_BAD: BadReport = { linesFile: undefined, lines: [], goodAmongBad: 0, files: [] };
