/** A thing that is measured: it prepares what does not count, then does the work that counts. */
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
}

export interface Subject {
  name: string;
  title: string;
  kind: 'floor' | 'stage' | 'conversion' | 'peer';
  load: () => Promise<SubjectModule>;
  argument?: string;
  /** rounds it takes part in, at most */
  mostRuns?: number;
}

const convert = () => import('./subjects/convert.js');
const stages = () => import('./subjects/stages.js');

export const SUBJECTS: readonly Subject[] = [
  { name: 'inflate', title: 'inflate (floor)', kind: 'floor', load: () => import('./subjects/inflate.js') },
  { name: 'scan', title: 'scan', kind: 'stage', load: stages, argument: 'scan' },
  { name: 'route', title: 'scan + route', kind: 'stage', load: stages, argument: 'route' },
  { name: 'fill', title: 'scan + route + sort + fill', kind: 'stage', load: stages, argument: 'fill' },
  { name: 'convert-1', title: 'convert, 1 worker', kind: 'conversion', load: convert, argument: '1' },
  { name: 'convert-2', title: 'convert, 2 workers', kind: 'conversion', load: convert, argument: '2' },
  { name: 'sql', title: 'peer: DuckDB SQL, 1 thread', kind: 'peer', load: () => import('./subjects/sql.js') },
  { name: 'json', title: 'peer: JSON.parse → objects', kind: 'peer', load: () => import('./subjects/json.js'), mostRuns: 3 },
];

export function subjectOf(name: string): Subject {
  const subject = SUBJECTS.find((each) => each.name === name);
  if (subject === undefined) throw new Error(`no subject ${name}; there are ${SUBJECTS.map((each) => each.name).join(', ')}`);
  return subject;
}
