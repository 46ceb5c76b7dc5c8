/** What a measured thing is given, and what a run of it gives. */
export interface SubjectInput {
  /** folder of the archive */
  archive: string;
  /** events in it */
  events: number;
  /** an empty folder for what it writes; kept for the check of equality */
  output: string;
  /** of Parquet, the same for all who write it */
  rowGroupRows: number;
  compressionLevel: number;
}

/** Does the work once and tells how many events it went through. */
export type Work = () => Promise<number>;

export interface SubjectModule {
  prepare(input: SubjectInput, argument: string | undefined): Promise<Work>;
}

/** One run in a process of its own. */
export interface Measurement {
  events: number;
  /** wall clock of the work */
  seconds: number;
  /** user and system time of all threads during the work */
  cpuSeconds: number;
  /** of the whole process, its start and preparation counted */
  peakRssBytes: number;
  /** pages that the work touched first, or again after they were given back */
  pageFaults: number;
}
