/** A thing that is measured: it prepares what does not count, then does the work that counts. */
import type { SubjectModule } from './measurement.js';

export interface Subject {
  name: string;
  title: string;
  kind: 'floor' | 'stage' | 'conversion' | 'peer';
  load: () => Promise<SubjectModule>;
  argument?: string;
  /** processes that do the same work at once; default: 1 */
  processes?: number;
  /** rounds it takes part in, at most */
  mostRuns?: number;
  /** the engine that runs it; default: the bench's own. One that is not installed is left out */
  engine?: 'bun';
  /** DuckDB's allocators as they come, and not as the command line sets them */
  asItComes?: true;
}

const convert = () => import('./subjects/convert.js');
const sql = () => import('./subjects/sql.js');
const stages = () => import('./subjects/stages.js');

export const SUBJECTS: readonly Subject[] = [
  { name: 'inflate', title: 'inflate (floor)', kind: 'floor', load: () => import('./subjects/inflate.js') },
  { name: 'scan', title: 'scan', kind: 'stage', load: stages, argument: 'scan' },
  { name: 'route', title: 'scan + route', kind: 'stage', load: stages, argument: 'route' },
  { name: 'fill', title: 'scan + route + sort + fill', kind: 'stage', load: stages, argument: 'fill' },
  { name: 'convert-1', title: 'convert, 1 worker', kind: 'conversion', load: convert, argument: '1' },
  { name: 'convert-2', title: 'convert, 2 workers', kind: 'conversion', load: convert, argument: '2' },
  {
    name: 'convert-1-twice',
    title: 'convert, 1 worker, twice at once',
    kind: 'conversion',
    load: convert,
    argument: '1',
    processes: 2,
  },
  { name: 'convert-1-bun', title: 'convert, 1 worker, Bun', kind: 'conversion', load: convert, argument: '1', engine: 'bun' },
  { name: 'sql', title: 'peer: DuckDB SQL, 1 thread', kind: 'peer', load: sql, asItComes: true },
  { name: 'sql-set', title: 'the same, its allocators set as ours', kind: 'peer', load: sql },
  { name: 'json', title: 'peer: JSON.parse → objects', kind: 'peer', load: () => import('./subjects/json.js'), mostRuns: 3 },
];

export function subjectOf(name: string): Subject {
  const subject = SUBJECTS.find((each) => each.name === name);
  if (subject === undefined) throw new Error(`no subject ${name}; there are ${SUBJECTS.map((each) => each.name).join(', ')}`);
  return subject;
}
