/** Starts a script of the bench in a fresh process of the same engine, and reads the JSON of its last line. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../src/convert/package-root.js';
import { keepFreedMemory } from '../src/lake/duckdb-memory.js';
import type { Measurement, SubjectInput } from './measurement.js';
import { sum } from './statistics.js';
import type { Subject } from './subject.js';

const run = promisify(execFile);

const { DUCKDB_JE_MALLOC_CONF: usersOwn } = process.env;
// DuckDB reads it when it is loaded: the scripts inherit it
keepFreedMemory();

const BUN = join(PACKAGE_ROOT, 'node_modules', '.bin', 'bun');

/** Whether its engine is there. */
export const canRun = ({ engine }: Subject): boolean => engine === undefined || existsSync(BUN);

/** @param argument instead of the subject's own */
export async function launch(subject: Subject, input: SubjectInput, argument?: string): Promise<Measurement> {
  const { processes = 1 } = subject;
  if (processes === 1) return launchOne(subject, input, argument);
  const runs = await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      launchOne(subject, { ...input, output: join(input.output, String(index)) }, argument),
    ),
  );
  return {
    events: sum(runs.map((run) => run.events)),
    seconds: Math.max(...runs.map((run) => run.seconds)),
    cpuSeconds: sum(runs.map((run) => run.cpuSeconds)),
    peakRssBytes: sum(runs.map((run) => run.peakRssBytes)),
    pageFaults: sum(runs.map((run) => run.pageFaults)),
  };
}

function launchOne(subject: Subject, input: SubjectInput, argument: string | undefined): Promise<Measurement> {
  const { name, engine, asItComes } = subject;
  const { DUCKDB_JE_MALLOC_CONF: set, ...env } = process.env;
  const setting = asItComes ? usersOwn : set;
  return runScript<Measurement>(
    './child.js',
    { subject: name, input, ...(argument === undefined ? {} : { argument }) },
    {
      engine: engine === undefined ? process.execPath : BUN,
      env: { ...env, ...(setting && { DUCKDB_JE_MALLOC_CONF: setting }) },
    },
  );
}

/** @param task what the script finds as JSON in its first argument; its `input.output` is emptied before */
export async function runScript<T>(
  script: string,
  task: { input: SubjectInput; [other: string]: unknown },
  { engine, env }: { engine: string; env: NodeJS.ProcessEnv } = { engine: process.execPath, env: process.env },
): Promise<T> {
  const { output } = task.input;
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const flags = engine === BUN || process.versions.bun !== undefined ? [] : ['--expose-gc'];
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await run(engine, [...flags, path, JSON.stringify(task)], { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}
