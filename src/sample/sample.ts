/** Writes a synthetic FDR archive: the same options give the same lines everywhere, and the same bytes on the same engine. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_BAD } from './bad/kinds.js';
import { badFolder, writeBad } from './bad/write-bad.js';
import { cannotWrite, directoryNotEmpty } from './errors.js';
import { type FeedTarget, writeFeeds } from './feeds.js';
import { type Batch, batchFolder, partitionedBatchFolder, partitionFolder, partName, planBatches } from './layout.js';
import { type FilledSampleOptions, fillSampleOptions, type SampleOptions } from './options.js';
import type { Feed, SampleProgress, SampleReport } from './report.js';
import { Sink } from './sink.js';
import { Traffic } from './traffic.js';

export type { SampleOptions } from './options.js';
export type { SampleProgress, SampleReport } from './report.js';

/**
 * Writes the archive into an empty or new folder and reports what is in it. Memory depends on `hosts`, not on `events`. Fails with
 * `SAMPLE_BAD_OPTION`, `SAMPLE_DIRECTORY_NOT_EMPTY` or `SAMPLE_CANNOT_WRITE`; files written before a failure stay.
 *
 * @param onProgress called after every file
 */
export async function writeSample(
  options: SampleOptions,
  onProgress: (progress: SampleProgress) => void = () => {},
): Promise<SampleReport> {
  const filled = fillSampleOptions(options);
  await prepareFolder(filled.directory);
  const writer = new SampleWriter(filled, onProgress);
  for (const batch of planBatches(filled)) await writer.writeBatch(batch);
  return writer.finish();
}

async function prepareFolder(directory: string): Promise<void> {
  let names: string[];
  try {
    await mkdir(directory, { recursive: true });
    names = await readdir(directory);
  } catch (cause) {
    throw cannotWrite(directory, cause);
  }
  if (names.length > 0) throw directoryNotEmpty(directory);
}

const HOUR_MS = 3_600_000;

class SampleWriter implements FeedTarget {
  private readonly traffic: Traffic;
  private readonly report: SampleReport;

  constructor(
    private readonly options: FilledSampleOptions,
    private readonly onProgress: (progress: SampleProgress) => void,
  ) {
    this.traffic = new Traffic(options);
    this.report = {
      directory: options.directory,
      events: 0,
      types: {},
      platforms: { Win: 0, Mac: 0, Lin: 0, none: 0 },
      batches: 0,
      files: { events: 0, feeds: 0, markers: 0, bad: 0 },
      bytes: { compressed: 0, inflated: 0 },
      feeds: { aidmaster: 0, managedassets: 0, notmanaged: 0, userinfo: 0, appinfo: 0 },
      bad: NO_BAD,
      cid: this.traffic.cid,
      received: { firstMs: options.startMs, lastMs: options.startMs },
    };
  }

  async writeBatch(batch: Batch): Promise<void> {
    const partitioned = this.options.layout === 'partitioned';
    const inPart = partitioned ? this.options.eventsPerFile : Math.ceil(batch.events / batch.parts);
    const suffix = partitioned ? '.c000.txt.gz' : '.gz';
    const open = new Map<string, { sink: Sink; part: number }>();
    try {
      for (let i = 0; i < batch.events; i++) {
        const cloudMs = batch.startMs + Math.floor((i / batch.events) * batch.spanMs);
        const event = this.traffic.next(cloudMs);
        const platform = event.late ? undefined : event.platform;
        const partition = !partitioned ? '' : platform === undefined ? 'none' : platform + Math.floor(cloudMs / HOUR_MS);
        let target = open.get(partition);
        if (target === undefined || target.sink.lines === inPart) {
          const folder = partitioned ? partitionFolder(batch.uuid, cloudMs, platform) : batchFolder(batch.uuid);
          const part = target === undefined ? 0 : target.part + 1;
          if (target !== undefined) await this.close(target.sink);
          target = { sink: await Sink.open(this.options.directory, `${folder}/${partName(part)}${suffix}`), part };
          open.set(partition, target);
        }
        this.count(event.type, event.platform, cloudMs);
        if (target.sink.add(event.line)) await target.sink.drain();
      }
      for (const { sink } of open.values()) await this.close(sink);
    } catch (error) {
      for (const { sink } of open.values()) sink.abandon();
      throw error;
    }
    await this.complete(partitioned ? partitionedBatchFolder(batch.uuid) : batchFolder(batch.uuid));
    this.report.batches++;
  }

  async finish(): Promise<SampleReport> {
    const { options, report, traffic } = this;
    if (options.feeds) await writeFeeds(options, traffic, this);
    if (options.bad) {
      report.bad = await writeBad(options, traffic.cid);
      report.files.bad = report.bad.files.length + 1;
      await this.complete(badFolder(options));
    }
    return report;
  }

  private count(type: string, platform: keyof SampleReport['platforms'] | undefined, cloudMs: number): void {
    const { report } = this;
    report.events++;
    report.types[type] = (report.types[type] ?? 0) + 1;
    report.platforms[platform ?? 'none']++;
    if (report.events === 1) report.received.firstMs = cloudMs;
    report.received.lastMs = cloudMs;
  }

  async written(feed: Feed, sink: Sink): Promise<void> {
    await this.close(sink, 'feeds');
    this.report.feeds[feed] += sink.lines;
  }

  private async close(sink: Sink, kind: 'events' | 'feeds' = 'events'): Promise<void> {
    const { report } = this;
    report.bytes.compressed += await sink.close();
    report.bytes.inflated += sink.bytes;
    report.files[kind]++;
    this.onProgress({
      events: report.events,
      ofEvents: this.options.events,
      files: report.files.events + report.files.feeds,
      bytes: report.bytes.compressed,
    });
  }

  /** The empty object that says a batch is complete. */
  async complete(folder: string): Promise<void> {
    const path = `${folder}/_SUCCESS`;
    try {
      await writeFile(join(this.options.directory, path), '');
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
    this.report.files.markers++;
  }
}
