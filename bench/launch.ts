/** Starts a run in a fresh process of the same engine. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Measurement, Subject, SubjectInput } from './subject.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const run = promisify(execFile);

/** @param argument instead of the subject's own */
export async function launch(subject: Subject, input: SubjectInput, argument?: string): Promise<Measurement> {
  rmSync(input.output, { recursive: true, force: true });
  mkdirSync(input.output, { recursive: true });
  const engine = process.versions['bun'] === undefined ? ['--expose-gc'] : [];
  const task = JSON.stringify({ input, ...(argument === undefined ? {} : { argument }) });
  const { stdout } = await run(process.execPath, [...engine, CHILD, subject.name, task], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measurement;
}
