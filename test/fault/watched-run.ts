/** Runs the command line and ends it the moment something is seen to have happened. */
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Finished, type RunOptions, startCli } from '../cli/run.js';

/** Paths below a folder; what vanishes while it is listed is left out. */
export function treeOf(folder: string): string[] {
  const paths: string[] = [];
  const walk = (path: string) => {
    let entries: ReturnType<typeof list>;
    try {
      entries = list(path);
    } catch {
      return;
    }
    for (const entry of entries) {
      paths.push(`${path}/${entry.name}`.slice(folder.length + 1));
      if (entry.isDirectory()) walk(`${path}/${entry.name}`);
    }
  };
  walk(folder);
  return paths.sort();
}

const list = (path: string) => readdirSync(path, { withFileTypes: true });

export interface Watch {
  folder: string;
  /** @param changes how often the tree was seen to have changed */
  until: (tree: readonly string[], changes: number) => boolean;
  signal: NodeJS.Signals;
}

/**
 * Looks at a folder until the condition holds, then sends the signal, or until the command ends by itself.
 *
 * @returns how the command ended, whether the signal was sent, and how often the tree was seen to have changed until then
 */
export async function runUntil(
  args: readonly string[],
  watch: Watch,
  options?: RunOptions,
): Promise<Finished & { struck: boolean; changes: number }> {
  const { child, finished } = startCli(args, options);
  let ended = false;
  finished.then(
    () => {
      ended = true;
    },
    () => {
      ended = true;
    },
  );
  let struck = false;
  let changes = -1;
  let last = '';
  while (!ended) {
    const begun = performance.now();
    const tree = treeOf(watch.folder);
    const now = tree.join('\n');
    if (now !== last) {
      changes++;
      last = now;
      struck = watch.until(tree, changes) && child.kill(watch.signal);
      if (struck) break;
    }
    // looking must not take the time of what is looked at
    await setTimeout(Math.max(2, performance.now() - begun));
  }
  return { ...(await finished), struck, changes };
}
