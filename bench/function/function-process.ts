/** The function as Lambda runs it, on this machine: `dist/jobs/realtime.js` in a process of its own, invoked through the runtime API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/convert/package-root.js';
import { type FunctionError, type InvocationResult, RuntimeApiServer } from './runtime-api.js';

const JOB = join(PACKAGE_ROOT, 'dist', 'jobs', 'realtime.js');

/** What the process has used so far, its threads and DuckDB counted. */
export interface ProcessUse {
  /** user and system */
  cpuSeconds: number;
  residentBytes: number;
  peakResidentBytes: number;
}

/** Linux counts a process's time in hundredths. */
const TICKS_A_SECOND = 100;

export class FunctionProcess {
  #output = '';
  readonly #ended: Promise<number | null>;

  private constructor(
    private readonly api: RuntimeApiServer,
    readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (this.#output += text));
    this.#ended = new Promise((resolve) => child.once('close', resolve));
  }

  /** @param env all of its environment but `PATH` and where the runtime API is */
  static async start(env: Readonly<Record<string, string>>): Promise<FunctionProcess> {
    const api = await RuntimeApiServer.start();
    const child = spawn(process.execPath, [JOB], {
      env: { PATH: process.env.PATH!, AWS_LAMBDA_RUNTIME_API: api.host, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new FunctionProcess(api, child);
  }

  /** Settles when it has started: Lambda's init phase ends. @throws Error with what it said, if it cannot */
  async ready(): Promise<void> {
    const failure = await Promise.race([this.api.ready(), this.api.startFailure(), this.#ended]);
    if (failure !== undefined) throw new Error(`the function did not start: ${this.#output}`);
  }

  startFailure(): Promise<FunctionError> {
    return this.api.startFailure();
  }

  invoke(event: unknown, seconds?: number): Promise<InvocationResult> {
    return this.api.invoke(event, seconds);
  }

  /** What it logged, a document a line. */
  log(): Record<string, unknown>[] {
    const lines = this.#output.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line));
  }

  /** Of Linux alone. */
  use(): ProcessUse {
    const proc = `/proc/${this.child.pid}`;
    const status = readFileSync(`${proc}/status`, 'utf8');
    const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
    // the second field is the name in parentheses, which may hold anything
    const fields = readFileSync(`${proc}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
    return { cpuSeconds, residentBytes: kibibytes('VmRSS'), peakResidentBytes: kibibytes('VmHWM') };
  }

  /** Ends it as Lambda does, or at once. @returns its exit code */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    const code = await this.#ended;
    await this.api.stop();
    return code;
  }

  /** Settles when it ends by itself. */
  ended(): Promise<number | null> {
    return this.#ended;
  }
}
