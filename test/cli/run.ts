/** Runs the built command line as a user does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const MAIN = join(import.meta.dirname, '../../dist/src/cli/start.cjs');

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** runs the built files in place of the engine that runs the test */
  engine?: string;
}

export interface Finished {
  /** exit code; null where a signal ended it */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A command under way. */
export interface Running {
  child: ChildProcess;
  finished: Promise<Finished>;
}

export function startCli(args: readonly string[], { cwd, env, engine = process.execPath }: RunOptions = {}): Running {
  const child = spawn(engine, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
  return { child, finished };
}

export const runCli = (args: readonly string[], options?: RunOptions): Promise<Finished> => startCli(args, options).finished;
