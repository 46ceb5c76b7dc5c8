/** How long a person waits for `falconry --help`. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Spread, spreadOf } from './statistics.js';

const CLI = fileURLToPath(new URL('../src/cli/start.cjs', import.meta.url));

/** @returns seconds by the clock, of processes started one after the other */
export function measureHelp(runs: number): Spread {
  const once = () => {
    const begun = performance.now();
    execFileSync(process.execPath, [CLI, '--help']);
    return (performance.now() - begun) / 1000;
  };
  once(); // reads the files once, as a user's second call finds them
  return spreadOf(Array.from({ length: runs }, once));
}
