/**
 * What of a partition to merge. Pure: facts of objects in, merges out.
 *
 * Objects are left alone where they are large enough and share no time with others. What is left is merged together with its
 * neighbours in time, so that a late object rewrites those that it overlaps and no more.
 */

/** What planning asks of an object. */
export interface PlanObject {
  key: string;
  bytes: number;
  rows: number;
  /** epoch ms of the first and last row */
  minTime: number;
  maxTime: number;
  /** objects of different kinds (class, OCSF version) are never merged */
  kind: string;
  /** rows that must go, since their event stands elsewhere in the partition */
  duplicates: number;
  /** written by compaction: it stays as it is below half the target, or every run would cut anew what the last has cut */
  isCompacted: boolean;
}

export interface CompactionPlan<O extends PlanObject = PlanObject> {
  /** each in order of time; no object is in two */
  merges: O[][];
  /** objects that are left as they are, in order of their keys */
  compact: O[];
}

/** An object from a conversion is large enough from this share of the target on, one from compaction from the other. */
const CONVERTED_SHARE = 1 / 2;
const COMPACTED_SHARE = 1 / 8;

/** @param targetBytes the size of object to aim at */
export function planMerges<O extends PlanObject>(objects: readonly O[], targetBytes: number): CompactionPlan<O> {
  const merges: O[][] = [];
  const kinds = [...new Set(objects.map(({ kind }) => kind))].sort();
  for (const kind of kinds) {
    let run: O[][] = [];
    const end = () => {
      if (run.length > 1 || (run.length === 1 && mustBeRewritten(run[0]!))) merges.push(run.flat());
      run = [];
    };
    for (const cluster of clusters(objects.filter((object) => object.kind === kind))) {
      if (isSettled(cluster, targetBytes)) end();
      else run.push(cluster);
    }
    end();
  }
  const merged = new Set(merges.flat());
  const compact = objects.filter((object) => !merged.has(object)).sort((a, b) => (a.key < b.key ? -1 : 1));
  return { merges, compact };
}

/** Groups of objects that overlap in time, in order of time. Objects that only touch, one ending where the other begins, do not. */
function clusters<O extends PlanObject>(objects: readonly O[]): O[][] {
  const inOrder = [...objects].sort((a, b) => a.minTime - b.minTime || a.maxTime - b.maxTime || (a.key < b.key ? -1 : 1));
  const found: O[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const object of inOrder) {
    if (found.length > 0 && object.minTime < end) found.at(-1)!.push(object);
    else found.push([object]);
    end = Math.max(end, object.maxTime);
  }
  return found;
}

const mustBeRewritten = (cluster: readonly PlanObject[]): boolean => cluster.length > 1 || cluster[0]!.duplicates > 0;

function isSettled(cluster: readonly PlanObject[], targetBytes: number): boolean {
  if (mustBeRewritten(cluster)) return false;
  const [{ bytes, isCompacted }] = cluster as [PlanObject];
  return bytes >= targetBytes * (isCompacted ? COMPACTED_SHARE : CONVERTED_SHARE);
}

/**
 * Rows of the next output, so that those still to come are of even size and none is above what the target allows.
 *
 * @param rowsLeft rows not written yet
 * @param bytesPerRow of what was written so far, or of the inputs
 */
export function nextRows(rowsLeft: number, bytesPerRow: number, targetBytes: number): number {
  const most = Math.max(1, Math.floor(targetBytes / Math.max(bytesPerRow, Number.MIN_VALUE)));
  return Math.ceil(rowsLeft / Math.ceil(rowsLeft / most));
}

/** When a day closes: `settleDays` after its end. Epoch ms. */
export function closesAt(dayEnd: number, settleDays: number): number {
  return dayEnd + settleDays * 86_400_000;
}
