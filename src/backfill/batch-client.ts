/** AWS Batch, as far as a backfill needs it. */
import {
  BatchClient,
  DescribeJobsCommand,
  type JobStatus,
  ListJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { batchError } from './errors.js';
import { RETRY_RULES } from './retry-rules.js';

export interface BatchOptions {
  region: string;
  endpointUrl?: string;
}

export interface JobRequest {
  name: string;
  queue: string;
  jobDefinition: string;
  /** children; 1 is a plain job, since an array has at least 2 */
  size: number;
  command: string[];
  vcpus: number;
  memoryMiB: number;
  attempts: number;
  timeoutSeconds: number;
}

/** Children by state; a plain job counts as one child. */
export interface JobState {
  id: string;
  name: string;
  waiting: number;
  running: number;
  succeeded: number;
  failed: number;
}

export interface FailedChild {
  index: number;
  reason: string;
}

/** DescribeJobs takes so many at a time. */
const DESCRIBED = 100;
/** Batch takes 50 SubmitJob a second; the SDK waits and tries again when told to slow down. */
const ATTEMPTS = 8;

export class Batch {
  readonly #client: BatchClient;

  constructor({ region, endpointUrl }: BatchOptions) {
    this.#client = new BatchClient({
      region,
      maxAttempts: ATTEMPTS,
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    });
  }

  /** @returns the job's id */
  async submit(job: JobRequest): Promise<string> {
    const command = new SubmitJobCommand({
      jobName: job.name,
      jobQueue: job.queue,
      jobDefinition: job.jobDefinition,
      ...(job.size > 1 ? { arrayProperties: { size: job.size } } : {}),
      containerOverrides: {
        command: job.command,
        resourceRequirements: [
          { type: 'VCPU', value: String(job.vcpus) },
          { type: 'MEMORY', value: String(job.memoryMiB) },
        ],
      },
      retryStrategy: { attempts: job.attempts, evaluateOnExit: [...RETRY_RULES] },
      timeout: { attemptDurationSeconds: job.timeoutSeconds },
      propagateTags: true,
      tags: { application: 'falconry' },
    });
    const { jobId } = await this.#try(`take a job for the queue ${job.queue}`, () => this.#client.send(command));
    return jobId!;
  }

  /** The job of a queue with this name, if there is one: a submission that was broken off may not have noted it. */
  async find(queue: string, name: string): Promise<string | undefined> {
    const command = new ListJobsCommand({ jobQueue: queue, filters: [{ name: 'JOB_NAME', values: [name] }] });
    const { jobSummaryList } = await this.#try(`list the queue ${queue}`, () => this.#client.send(command));
    return jobSummaryList?.find(({ jobName }) => jobName === name)?.jobId;
  }

  /** Jobs that Batch has forgotten (it keeps them for a week or so) are left out. */
  async describe(ids: readonly string[]): Promise<JobState[]> {
    const states: JobState[] = [];
    for (let at = 0; at < ids.length; at += DESCRIBED) {
      const command = new DescribeJobsCommand({ jobs: ids.slice(at, at + DESCRIBED) });
      const { jobs } = await this.#try('describe jobs', () => this.#client.send(command));
      for (const job of jobs ?? []) {
        const counts = job.arrayProperties?.statusSummary ?? { [job.status!]: 1 };
        const sum = (...names: JobStatus[]) => names.reduce((total, name) => total + (counts[name] ?? 0), 0);
        states.push({
          id: job.jobId!,
          name: job.jobName!,
          waiting: sum('SUBMITTED', 'PENDING', 'RUNNABLE'),
          running: sum('STARTING', 'RUNNING'),
          succeeded: sum('SUCCEEDED'),
          failed: sum('FAILED'),
        });
      }
    }
    return states;
  }

  /** The children of an array that failed for good, and why; of a plain job itself. */
  async failures(id: string, size: number): Promise<FailedChild[]> {
    if (size === 1) {
      const { jobs } = await this.#try('describe jobs', () => this.#client.send(new DescribeJobsCommand({ jobs: [id] })));
      return (jobs ?? []).flatMap((job) =>
        job.status === 'FAILED' ? [{ index: 0, reason: reasonOf(job.statusReason, job.container?.exitCode) }] : [],
      );
    }
    const failed: FailedChild[] = [];
    let nextToken: string | undefined;
    do {
      const command = new ListJobsCommand({ arrayJobId: id, jobStatus: 'FAILED', ...(nextToken && { nextToken }) });
      const page = await this.#try('list the children of an array', () => this.#client.send(command));
      for (const { arrayProperties, statusReason, container } of page.jobSummaryList ?? []) {
        failed.push({ index: arrayProperties!.index!, reason: reasonOf(statusReason, container?.exitCode) });
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return failed;
  }

  /** Ends a job and all its children, running ones by SIGTERM; of one that is done nothing comes. */
  async terminate(id: string, reason: string): Promise<void> {
    await this.#try('stop a job', () => this.#client.send(new TerminateJobCommand({ jobId: id, reason })));
  }

  close(): void {
    this.#client.destroy();
  }

  async #try<T>(doing: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw batchError(doing, whyOf(error as Error), error);
    }
  }
}

/** Of a child that ended by itself the exit code tells more than Batch's "Essential container in task exited". */
function reasonOf(statusReason: string | undefined, exitCode: number | undefined): string {
  if (statusReason === undefined || /^Essential container/.test(statusReason)) return `exit code ${exitCode ?? 'unknown'}`;
  return statusReason.replace(/\(instance i-[0-9a-z]+\) /, '');
}

function whyOf(error: Error & { $metadata?: { httpStatusCode?: number }; code?: string }): string {
  const status = error.$metadata?.httpStatusCode;
  if (/AccessDenied/.test(error.name) || status === 403)
    return 'the AWS credentials are not allowed to; see the roles in the documentation';
  if (error.name === 'CredentialsProviderError') return 'no AWS credentials are found; set a profile, the environment or a role';
  if (error.name === 'ClientException')
    return `it says: ${error.message.replace(/\.$/, '')}; check the queue, the job definition and the region`;
  if (status === undefined) return `the connection fails (${error.code ?? error.name}); check the region and the network`;
  return `it answers ${status} ${error.name}; try again later`;
}
