/**
 * `falconry pull`: takes batch messages from a feed's queue, one at a time, brings their files to where they are kept, and deletes a
 * message when every file of it is durable. Killed at any instant, its message comes back, and what was done is found done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { addRegistered } from '../convert/report.js';
import { errorRecord } from '../error.js';
import { openStore } from '../store/open.js';
import { openQueue } from '../store/open-queue.js';
import type { MessageQueue, QueueMessage } from '../store/queue.js';
import { addConverted } from './batch-report.js';
import { noticeNotFdr } from './errors.js';
import { type FeedCredentials, feedCredentials } from './feed-credentials.js';
import type { ArchiveBucket } from './input.js';
import { KeepInvisible } from './keep-invisible.js';
import { type Notice, parseNotice } from './notice.js';
import { type FilledPullOptions, fillPullOptions, type PullOptions } from './pull-options.js';
import { addFailure, checkPull, type FileOutcome, newPullReport, type PullFailure, type PullReport } from './pull-report.js';
import { type BatchFile, openTarget, type PullTarget } from './pull-target.js';
import type { Environment } from './settings.js';

/** What became of one message. */
export interface PulledBatch {
  /** the message's id, and the folder that it is about */
  id: string;
  batch: string | undefined;
  outcome: 'done' | 'failed' | 'returned';
  files: number;
  bytes: number;
  events: number;
  seconds: number;
  failures: PullFailure[];
}

export interface PullProgress {
  messagesDone: number;
  filesDone: number;
  bytes: number;
  /** read so far, files under way included */
  events: number;
}

export interface PullHooks {
  onBatch?: (batch: PulledBatch) => void;
  onProgress?: (progress: PullProgress) => void;
  /** stops cleanly: files under way are given up, their message goes back to the queue at once */
  signal?: AbortSignal;
}

/** A service whose messages all fail waits longer and longer, so that a lake out of order does not use up their tries. */
const LONGEST_WAIT_MS = 300_000;

/**
 * Pulls until stopped, or with `once` until the queue gives no message any more.
 *
 * @param env holds the feed's key pair: see {@link feedCredentials}
 * @throws FalconryError: OPTION_INVALID, FEED_NO_CREDENTIALS, QUEUE_…, and what opening the places throws; never for a single message
 */
export async function pull(options: PullOptions, env: Environment, hooks: PullHooks = {}): Promise<PullReport> {
  const filled = fillPullOptions(options);
  const credentials = feedCredentials(env, filled.credentialsFile);
  const begun = performance.now();
  const target = await openTarget(filled);
  const queue = await openQueue(filled.queue, { region: filled.feedRegion, credentials });
  const { to, lake } = filled;
  const report = newPullReport({ queue: filled.queue, ...(to && { to }), ...(lake && { lake }) });
  const feed = new Feed(filled, credentials);
  try {
    await new Pull(filled, queue, target, feed, report, hooks).run();
  } finally {
    queue.close();
    await Promise.all([target.close(), feed.close()]);
  }
  report.stopped = hooks.signal?.aborted === true;
  report.seconds = Math.round(performance.now() - begun) / 1000;
  checkPull(report);
  return report;
}

/** The buckets that messages name, read with the feed's own key pair. */
class Feed {
  readonly #buckets = new Map<string, Promise<ArchiveBucket>>();

  constructor(
    private readonly options: FilledPullOptions,
    private readonly credentials: FeedCredentials,
  ) {}

  /** Files that are settled at the same time share a store. */
  bucket(name: string): Promise<ArchiveBucket> {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) this.#buckets.set(name, (bucket = this.#open(name)));
    return bucket;
  }

  async #open(name: string): Promise<ArchiveBucket> {
    const { feedRegion: region, feedEndpointUrl: endpointUrl } = this.options;
    const store = await openStore(`s3://${name}`, { region, credentials: this.credentials, ...(endpointUrl && { endpointUrl }) });
    return { bucket: name, prefix: '', store, own: [] };
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#buckets.values());
    await Promise.all(opened.map((bucket) => (bucket.status === 'fulfilled' ? bucket.value.store.close() : undefined)));
  }
}

class Pull {
  readonly #signal: AbortSignal;
  #eventsRead = 0;

  constructor(
    private readonly options: FilledPullOptions,
    private readonly queue: MessageQueue,
    private readonly target: PullTarget,
    private readonly feed: Feed,
    private readonly report: PullReport,
    private readonly hooks: PullHooks,
  ) {
    this.#signal = hooks.signal ?? new AbortController().signal;
  }

  async run(): Promise<void> {
    const { once, wait, visibility } = this.options;
    let failedInARow = 0;
    while (!this.#signal.aborted) {
      const message = await this.#receive(wait, visibility);
      if (message === undefined) {
        if (once) return;
        continue;
      }
      const outcome = await this.#message(message);
      failedInARow = outcome === 'failed' ? failedInARow + 1 : 0;
      if (!once && failedInARow > 0) await this.#pause(1000 * 2 ** Math.min(failedInARow, 20));
    }
  }

  /** A service outlives a queue that cannot be reached for a while. */
  async #receive(wait: number, visibility: number): Promise<QueueMessage | undefined> {
    try {
      return await this.queue.receive(wait, visibility, this.#signal);
    } catch (error) {
      if (this.options.once || errorRecord(error).code !== 'QUEUE_UNAVAILABLE') throw error;
      await this.#pause(10_000);
      return undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(Math.min(ms, LONGEST_WAIT_MS), undefined, { signal: this.#signal }).catch(() => {});
  }

  async #message(message: QueueMessage): Promise<PulledBatch['outcome']> {
    const { report, hooks } = this;
    const begun = performance.now();
    report.messages.received++;
    const batch: PulledBatch = {
      id: message.id,
      batch: undefined,
      outcome: 'failed',
      files: 0,
      bytes: 0,
      events: 0,
      seconds: 0,
      failures: [],
    };
    const keep = new KeepInvisible(this.queue, message, this.options.visibility);
    try {
      const notice = fdrNotice(message.body);
      batch.batch = notice.batch;
      await this.#files(notice, message, batch);
      if (batch.failures.length === 0)
        batch.outcome = this.#signal.aborted && batch.files < notice.objects.length ? 'returned' : 'done';
    } catch (error) {
      batch.failures.push(failureOf(message, error));
    } finally {
      await keep.end();
    }
    await this.#settle(message, batch);
    report.messages[batch.outcome]++;
    for (const failure of batch.failures) addFailure(report, failure);
    batch.seconds = Math.round(performance.now() - begun) / 1000;
    hooks.onBatch?.(batch);
    return batch.outcome;
  }

  /** Tells the queue. A deletion that fails brings the message back, and then all of it is known. */
  async #settle(message: QueueMessage, batch: PulledBatch): Promise<void> {
    try {
      if (batch.outcome === 'done') await this.queue.delete(message);
      else if (batch.outcome === 'returned') await this.queue.extend(message, 0);
    } catch (error) {
      batch.failures.push(failureOf(message, error));
      batch.outcome = 'failed';
    }
  }

  /** Brings a message's files, so many at a time as the target takes; those that fail leave the others alone. */
  async #files({ objects }: Notice, message: QueueMessage, batch: PulledBatch): Promise<void> {
    const { files } = this.report;
    files.noticed += objects.length;
    const rest = objects.values();
    const lane = async () => {
      for (const object of rest) {
        const outcome = this.#signal.aborted ? 'returned' : await this.#file(object as BatchFile, message, batch);
        files[outcome]++;
        if (outcome !== 'returned' && outcome !== 'failed') batch.files++;
      }
    };
    await Promise.all(Array.from({ length: this.target.width }, lane));
  }

  async #file(file: BatchFile, message: QueueMessage, batch: PulledBatch): Promise<FileOutcome> {
    const { report } = this;
    try {
      const { outcome, ledger, registered } = await this.target.settle(await this.feed.bucket(file.bucket), file, {
        signal: this.#signal,
        redelivered: message.receives > 1,
        onProgress: ({ events }) => {
          this.#eventsRead += events;
          this.#tell();
        },
      });
      if (ledger !== undefined) {
        addConverted(report, ledger);
        addRegistered(report, registered);
        batch.events += ledger.outcomes.read;
      }
      if (outcome === 'copied' || outcome === 'converted') {
        report.bytes += file.size ?? 0;
        batch.bytes += file.size ?? 0;
      }
      this.#tell();
      return outcome;
    } catch (error) {
      if (this.#signal.aborted) return 'returned';
      batch.failures.push(failureOf(message, error, file.key));
      return 'failed';
    }
  }

  #tell(): void {
    const { messages, files, bytes } = this.report;
    const filesDone = files.copied + files.converted + files.finished + files.known;
    this.hooks.onProgress?.({ messagesDone: messages.done, filesDone, bytes, events: this.#eventsRead });
  }
}

function fdrNotice(body: string): Notice {
  const notice = parseNotice(body);
  if (notice.kind !== 'fdr') throw noticeNotFdr(notice.kind);
  return notice;
}

function failureOf({ id }: QueueMessage, error: unknown, file?: string): PullFailure {
  const { code, message } = errorRecord(error);
  return { id, ...(file === undefined ? {} : { file }), code, message };
}
