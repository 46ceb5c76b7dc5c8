/** V8's profiles by function, callees counted. */
import type { HeapProfiler, Profiler } from 'node:inspector';

/** Microseconds of a CPU profile. */
export function inclusiveTimes(profile: Profiler.Profile): Map<string, number> {
  const names = new Map<number, string>();
  const parents = new Map<number, number>();
  for (const { id, callFrame, children } of profile.nodes) {
    names.set(id, callFrame.functionName);
    for (const child of children ?? []) parents.set(child, id);
  }
  const times = new Map<string, number>();
  const stack = new Set<string>();
  (profile.samples ?? []).forEach((leaf, i) => {
    stack.clear();
    for (let at: number | undefined = leaf; at !== undefined; at = parents.get(at)) stack.add(names.get(at)!);
    for (const name of stack) times.set(name, (times.get(name) ?? 0) + profile.timeDeltas![i]!);
  });
  return times;
}

type Node = HeapProfiler.SamplingHeapProfileNode;

/** Bytes of a sampled heap profile; a function that calls itself counts once. */
export function inclusiveBytes({ head }: HeapProfiler.SamplingHeapProfile): Map<string, number> {
  const bytes = new Map<string, number>();
  const visit = ({ callFrame, selfSize, children }: Node, above: readonly string[]): void => {
    const names = above.includes(callFrame.functionName) ? above : [...above, callFrame.functionName];
    for (const name of names) bytes.set(name, (bytes.get(name) ?? 0) + selfSize);
    for (const child of children) visit(child, names);
  };
  visit(head, []);
  return bytes;
}

/** All of its bytes. */
export function sumOf({ head }: HeapProfiler.SamplingHeapProfile): number {
  const sum = ({ selfSize, children }: Node): number => children.reduce((all, child) => all + sum(child), selfSize);
  return sum(head);
}
