/** A V8 CPU profile as microseconds by function, callees counted. */
import type { Profiler } from 'node:inspector';

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
