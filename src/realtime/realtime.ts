/**
 * The function behind the queue: a batch of messages becomes objects in the lake. A message is done when every object it names is
 * published, or known not to be a file; all others return to the queue, and after its number of tries to the dead-letter queue.
 */
import { z } from 'zod';
import type { FilledOptions } from '../convert/options.js';
import { ownPrefixes } from '../convert/own-objects.js';
import { addRegistered } from '../convert/report.js';
import { errorRecord } from '../error.js';
import { openStore, storeOptionsOf } from '../store/open.js';
import { addConverted, type BatchReport, checkBatch, newBatchReport, type ObjectOutcome } from './batch-report.js';
import { sourceOf } from './checked-copy.js';
import { Deadline, Pace } from './deadline.js';
import { notAQueueEvent, otherBucket } from './errors.js';
import { type ArchiveBucket, type RealtimeInput, resolveInput } from './input.js';
import { type NoticedObject, parseNotice } from './notice.js';
import { type ObjectConversion, ObjectConverter } from './object-converter.js';

/** What an event source mapping hands over, as far as it is used. */
const QueueEventSchema = z.object({
  Records: z
    .array(
      z.object({
        messageId: z.string().min(1),
        body: z.string(),
        attributes: z.object({ ApproximateReceiveCount: z.coerce.number().optional() }).optional(),
      }),
    )
    .min(1),
});

type QueueRecord = z.output<typeof QueueEventSchema>['Records'][number];

/** What Lambda takes as "these, and only these, failed". */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Takes one document a line: what failed and why, and a batch's counts. */
export type LogLine = (level: 'info' | 'warn' | 'error', event: string, facts: object) => void;

export class Realtime {
  readonly #pace = new Pace();

  private constructor(
    private readonly archive: ArchiveBucket,
    private readonly converter: ObjectConverter,
    private readonly log: LogLine,
  ) {}

  /** @param options `archive` is `s3://bucket/prefix`: notices of objects elsewhere in the bucket are passed over */
  static async open(options: FilledOptions, log: LogLine): Promise<Realtime> {
    const converter = await ObjectConverter.open(options);
    const store = await openStore(options.archive, storeOptionsOf(options));
    const [bucket, ...folders] = options.archive.slice('s3://'.length).replace(/\/+$/, '').split('/');
    const prefix = folders.map((name) => `${name}/`).join('');
    const own = ownPrefixes(options.archive, options.lake, options.work!);
    return new Realtime({ bucket: bucket!, prefix, store, own }, converter, log);
  }

  /**
   * @param event the invocation's payload
   * @param deadline epoch ms after which Lambda ends the process
   * @throws REALTIME_NO_QUEUE_EVENT; never for a single message
   */
  async handle(event: unknown, deadline: number): Promise<{ response: BatchResponse; report: BatchReport }> {
    const begun = performance.now();
    const parsed = QueueEventSchema.safeParse(event);
    if (!parsed.success) throw notAQueueEvent();
    const time = new Deadline(deadline);
    const batch: Batch = { time, report: newBatchReport() };
    const { report } = batch;
    const batchItemFailures: BatchResponse['batchItemFailures'] = [];
    try {
      for (const record of parsed.data.Records) {
        report.notices.received++;
        if (await this.#settle(record, batch)) report.notices.done++;
        else {
          report.notices.returned++;
          batchItemFailures.push({ itemIdentifier: record.messageId });
        }
      }
    } finally {
      time.end();
    }
    report.seconds = Math.round(performance.now() - begun) / 1000;
    checkBatch(report);
    this.log('info', 'batch', report);
    return { response: { batchItemFailures }, report };
  }

  async close(): Promise<void> {
    await Promise.all([this.converter.close(), this.archive.store.close()]);
  }

  /** False where the message must come back. */
  async #settle({ messageId, body, attributes }: QueueRecord, batch: Batch): Promise<boolean> {
    const { report } = batch;
    const redelivered = (attributes?.ApproximateReceiveCount ?? 1) > 1;
    let isDone = true;
    try {
      const notice = parseNotice(body);
      report.otherEvents += notice.otherEvents;
      if (notice.kind === 'test') report.notices.test++;
      for (const object of notice.objects) {
        report.objects.noticed++;
        const outcome = await this.#object(messageId, object, redelivered, batch);
        report.objects[outcome]++;
        if (outcome === 'failed' || outcome === 'postponed') isDone = false;
      }
    } catch (error) {
      this.#logFailure(messageId, error, {});
      return false;
    }
    return isDone;
  }

  /** Never throws: what fails is logged and fails alone. */
  async #object(message: string, object: NoticedObject, redelivered: boolean, batch: Batch): Promise<ObjectOutcome> {
    const { time, report } = batch;
    const { bucket, key } = object;
    if (time.signal.aborted) return 'postponed';
    try {
      if (bucket !== this.archive.bucket) throw otherBucket(bucket, this.archive.store.uri);
      const resolved = await resolveInput(this.archive, object);
      if (typeof resolved === 'string') {
        if (resolved === 'gone' || resolved === 'refused') this.log('warn', resolved, { notice: message, bucket, key });
        return resolved;
      }
      const { input, replaced } = resolved;
      if (batch.converted && !time.hasTimeFor(this.#pace.estimate(input.size))) return 'postponed';
      if (replaced) report.replaced++;
      const conversion = await this.#convert(input, redelivered, time.signal);
      if (conversion.how === 'converted') {
        batch.converted = true;
        addConverted(report, conversion.ledger);
        addRegistered(report, conversion.registered);
        const [file] = conversion.ledger.files;
        if (file?.damage !== undefined) this.log('warn', 'damaged', { notice: message, bucket, key, ...file.damage });
      }
      return conversion.how;
    } catch (error) {
      if (time.signal.aborted) {
        this.log('warn', 'time-up', { notice: message, bucket, key });
        return 'postponed';
      }
      this.#logFailure(message, error, { bucket, key });
      return 'failed';
    }
  }

  async #convert(input: RealtimeInput, redelivered: boolean, signal: AbortSignal): Promise<ObjectConversion> {
    const begun = performance.now();
    const source = sourceOf(this.archive.store, input, signal);
    const conversion = await this.converter.convert(input, { source, signal, redelivered });
    if (conversion.how === 'converted') this.#pace.add(input.size, performance.now() - begun);
    return conversion;
  }

  #logFailure(message: string, error: unknown, where: object): void {
    const { code, message: text } = errorRecord(error);
    this.log('error', 'failed', { notice: message, code, text, ...where });
  }
}

interface Batch {
  time: Deadline;
  report: BatchReport;
  /** something was done: the rest may wait for the next invocation */
  converted?: boolean;
}
