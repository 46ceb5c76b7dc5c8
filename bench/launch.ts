/** Starts a script of the bench in a fresh process of the same engine, and reads the JSON of its last line. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { keepFreedMemory } from '../src/lake/duckdb-memory.js';
import type { Measurement, SubjectInput } from './measurement.js';
import type { Subject } from './subject.js';

const run = promisify(execFile);

// as the command line has it, for the peers as well: the scripts inherit it
keepFreedMemory();

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
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

function launchOne(subject: Subject, input: SubjectInput, argument: string | undefined): Promise<Measurement> {
  return runScript<Measurement>('./child.js', { subject: subject.name, input, ...(argument === undefined ? {} : { argument }) });
}

/** @param task what the script finds as JSON in its first argument; its `input.output` is emptied before */
export async function runScript<T>(script: string, task: { input: SubjectInput; [other: string]: unknown }): Promise<T> {
  const { output } = task.input;
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const engine = process.versions.bun === undefined ? ['--expose-gc'] : [];
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await run(process.execPath, [...engine, path, JSON.stringify(task)], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}
