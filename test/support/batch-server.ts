/**
 * A local AWS Batch for tests: speaks its REST-JSON, checks what the service checks, forks the real job for every child with the array's
 * variables, and applies the retry rules. Commands run as in the image: from the folder that holds `dist`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

interface RetryRule {
  onStatusReason?: string;
  onReason?: string;
  onExitCode?: string;
  action: 'RETRY' | 'EXIT';
}

interface SubmitRequest {
  jobName: string;
  jobQueue: string;
  jobDefinition: string;
  arrayProperties?: { size: number };
  containerOverrides: { command: string[] };
  retryStrategy: { attempts: number; evaluateOnExit: RetryRule[] };
  timeout?: { attemptDurationSeconds: number };
}

export interface Child {
  job: Job;
  index: number;
  status: 'RUNNABLE' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  attempts: number;
  process: ChildProcess | undefined;
  /** set before a kill: what Batch would say */
  reclaimed: boolean;
  terminated: string | undefined;
  exitCode: number | undefined;
  statusReason: string | undefined;
  output: string;
}

interface Job {
  id: string;
  request: SubmitRequest;
  children: Child[];
}

export interface BatchServerOptions {
  queues: readonly string[];
  jobDefinitions: readonly string[];
  /** children at a time */
  slots: number;
  env: Record<string, string>;
  /** told of every attempt that begins */
  onStart?: (child: Child) => void;
  /** a page of ListJobs; default 1,000 */
  pageSize?: number;
}

const PAYLOAD_LIMIT = 30 * 1024;
const WORKDIR = join(import.meta.dirname, '../..');

/** Starts a job's command as the image would. */
export function spawnJob([program, ...args]: readonly string[], env: Record<string, string | undefined>): ChildProcess {
  if (program !== 'node') throw new Error(`the image runs node, not ${program}`);
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: WORKDIR, env });
}

export class BatchServer {
  readonly jobs = new Map<string, Job>();
  /** by operation */
  readonly counts = new Map<string, number>();
  /** as for a role without the permission */
  denied = false;
  readonly #http: Server;
  #paused = false;

  private constructor(readonly options: BatchServerOptions) {
    this.#http = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(options: BatchServerOptions): Promise<BatchServer> {
    const server = new BatchServer(options);
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get endpointUrl(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get children(): Child[] {
    return [...this.jobs.values()].flatMap((job) => job.children);
  }

  /** Starts no more children until {@link proceed}. */
  pause(): void {
    this.#paused = true;
  }
  proceed(): void {
    this.#paused = false;
    this.#schedule();
  }

  /** Kills an attempt under way: as a Spot reclaim, or as if its process died. */
  kill(child: Child, reclaimed: boolean): void {
    if (child.process === undefined) return;
    child.reclaimed = reclaimed;
    child.process.kill('SIGKILL');
  }

  /** Resolves when every job is done. */
  async idle(): Promise<void> {
    while (this.children.some(({ status }) => status === 'RUNNABLE' || status === 'RUNNING')) {
      await new Promise<void>((resolve) => this.#http.once('child-ended', () => resolve()));
    }
  }

  async stop(): Promise<void> {
    this.pause();
    for (const { process } of this.children) process?.kill('SIGKILL');
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    let status = 200;
    let answer: unknown;
    try {
      if (this.denied) throw new Error('User is not authorized to perform this operation');
      answer = this.#answer(request.url ?? '', body);
    } catch (error) {
      status = this.denied ? 403 : 400;
      answer = { message: (error as Error).message };
      response.setHeader('x-amzn-errortype', this.denied ? 'AccessDeniedException' : 'ClientException');
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #answer(url: string, body: Buffer): unknown {
    const operation = url.split('/').at(-1)!;
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
    const input = JSON.parse(body.toString('utf8'));
    switch (operation) {
      case 'submitjob':
        if (body.length > PAYLOAD_LIMIT) throw new Error('SubmitJob payload is larger than 30 KiB');
        return this.#submit(input);
      case 'describejobs':
        return { jobs: (input.jobs as string[]).flatMap((id) => (this.jobs.has(id) ? [describe(this.jobs.get(id)!)] : [])) };
      case 'listjobs':
        return this.#list(input);
      case 'terminatejob':
        return this.#terminate(input);
      default:
        throw new Error(`unknown operation ${operation}`);
    }
  }

  #submit(request: SubmitRequest): unknown {
    const { queues, jobDefinitions } = this.options;
    if (!queues.includes(request.jobQueue)) throw new Error(`JobQueue ${request.jobQueue} not found.`);
    if (!jobDefinitions.includes(request.jobDefinition)) throw new Error(`JobDefinition ${request.jobDefinition} not found.`);
    if (!/^[A-Za-z0-9][\w-]{0,127}$/.test(request.jobName)) throw new Error('Job name should match valid pattern');
    const size = request.arrayProperties?.size;
    if (size !== undefined && (size < 2 || size > 10_000)) throw new Error('Array size must be between 2 and 10,000');
    const { attempts, evaluateOnExit } = request.retryStrategy;
    if (attempts < 1 || attempts > 10) throw new Error('attempts must be between 1 and 10');
    if (evaluateOnExit.length > 5) throw new Error('evaluateOnExit has more than 5 rules');
    if ((request.timeout?.attemptDurationSeconds ?? 60) < 60) throw new Error('timeout must be at least 60 seconds');
    const job: Job = { id: randomUUID(), request, children: [] };
    for (let index = 0; index < (size ?? 1); index++) job.children.push(newChild(job, index));
    this.jobs.set(job.id, job);
    setImmediate(() => this.#schedule());
    return { jobId: job.id, jobName: request.jobName, jobArn: `arn:aws:batch:eu-central-1:111122223333:job/${job.id}` };
  }

  #list(input: {
    jobQueue?: string;
    arrayJobId?: string;
    jobStatus?: string;
    nextToken?: string;
    filters?: { values: string[] }[];
  }) {
    if (input.arrayJobId === undefined) {
      const names = input.filters?.[0]?.values ?? [];
      const jobs = [...this.jobs.values()].filter(({ request }) => names.includes(request.jobName));
      return { jobSummaryList: jobs.map((job) => ({ jobId: job.id, jobName: job.request.jobName, status: statusOf(job) })) };
    }
    const children = this.jobs.get(input.arrayJobId)!.children.filter(({ status }) => status === input.jobStatus);
    const from = Number(input.nextToken ?? 0);
    const to = from + (this.options.pageSize ?? 1000);
    return {
      jobSummaryList: children.slice(from, to).map((child) => ({
        jobId: `${child.job.id}:${child.index}`,
        jobName: child.job.request.jobName,
        status: child.status,
        statusReason: child.statusReason,
        container: { exitCode: child.exitCode },
        arrayProperties: { index: child.index },
      })),
      ...(to < children.length ? { nextToken: String(to) } : {}),
    };
  }

  #terminate({ jobId, reason }: { jobId: string; reason: string }): unknown {
    for (const child of this.jobs.get(jobId)?.children ?? []) {
      child.terminated = reason;
      if (child.status === 'RUNNING') child.process!.kill('SIGTERM');
      else if (child.status === 'RUNNABLE') this.#end(child, 'FAILED', reason);
    }
    return {};
  }

  #schedule(): void {
    const { slots } = this.options;
    let free = slots - this.children.filter(({ status }) => status === 'RUNNING').length;
    for (const child of this.children) {
      if (this.#paused || free <= 0) return;
      if (child.status !== 'RUNNABLE') continue;
      free--;
      this.#start(child);
    }
  }

  #start(child: Child): void {
    const { job, index } = child;
    child.status = 'RUNNING';
    child.attempts++;
    child.reclaimed = false;
    const isArray = job.request.arrayProperties !== undefined;
    const env: Record<string, string | undefined> = {
      ...process.env,
      ...this.options.env,
      AWS_BATCH_JOB_ID: isArray ? `${job.id}:${index}` : job.id,
      AWS_BATCH_JOB_ATTEMPT: String(child.attempts),
      ...(isArray ? { AWS_BATCH_JOB_ARRAY_INDEX: String(index), AWS_BATCH_JOB_ARRAY_SIZE: String(job.children.length) } : {}),
    };
    child.process = spawnJob(job.request.containerOverrides.command, env);
    for (const stream of [child.process.stdout!, child.process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        child.output += text;
      });
    }
    child.process.once('close', (code, signal) => this.#ended(child, code, signal));
    this.options.onStart?.(child);
  }

  #ended(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    child.process = undefined;
    child.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
    const reclaim = child.reclaimed ? 'Host EC2 (instance i-0123456789abcdef0) terminated.' : undefined;
    if (child.exitCode === 0) {
      this.#end(child, 'SUCCEEDED', 'Essential container in task exited');
      return;
    }
    if (child.terminated !== undefined) {
      this.#end(child, 'FAILED', child.terminated);
      return;
    }
    const statusReason = reclaim ?? 'Essential container in task exited';
    const { attempts, evaluateOnExit } = child.job.request.retryStrategy;
    const rule = evaluateOnExit.find((each) => matches(each, statusReason, String(child.exitCode)));
    if (rule?.action === 'EXIT' || child.attempts >= attempts) {
      this.#end(child, 'FAILED', statusReason);
      return;
    }
    child.status = 'RUNNABLE';
    this.#schedule();
  }

  #end(child: Child, status: 'SUCCEEDED' | 'FAILED', statusReason: string): void {
    child.status = status;
    child.statusReason = statusReason;
    this.#http.emit('child-ended');
    this.#schedule();
  }
}

const newChild = (job: Job, index: number): Child => ({
  job,
  index,
  status: 'RUNNABLE',
  attempts: 0,
  process: undefined,
  reclaimed: false,
  terminated: undefined,
  exitCode: undefined,
  statusReason: undefined,
  output: '',
});

/** A rule matches when all that it names does; a pattern may end in `*`. The container gives no reason of its own here. */
function matches({ onStatusReason, onReason, onExitCode }: RetryRule, statusReason: string, exitCode: string): boolean {
  const glob = (pattern: string | undefined, text: string) =>
    pattern === undefined || (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern);
  return glob(onStatusReason, statusReason) && glob(onReason, '') && glob(onExitCode, exitCode);
}

function statusOf({ children }: Job): string {
  if (children.every(({ status }) => status === 'SUCCEEDED')) return 'SUCCEEDED';
  if (children.every(({ status }) => status === 'SUCCEEDED' || status === 'FAILED')) return 'FAILED';
  return children.length > 1 ? 'PENDING' : children[0]!.status;
}

function describe(job: Job): unknown {
  const statusSummary: Record<string, number> = {};
  for (const { status } of job.children) statusSummary[status] = (statusSummary[status] ?? 0) + 1;
  const [only] = job.children;
  return {
    jobId: job.id,
    jobName: job.request.jobName,
    jobQueue: job.request.jobQueue,
    jobDefinition: job.request.jobDefinition,
    status: statusOf(job),
    startedAt: 0,
    ...(job.request.arrayProperties === undefined
      ? { statusReason: only!.statusReason, container: { exitCode: only!.exitCode } }
      : { arrayProperties: { size: job.children.length, statusSummary } }),
  };
}
