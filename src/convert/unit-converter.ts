/** Converts one unit: reads its files, sorts a window at a time, and leaves finished Parquet files in a scratch folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Damage } from '../archive/block.js';
import { blankByteOrderMark } from '../archive/byte-order-mark.js';
import { type FileFeed, secondaryFeed } from '../archive/feed.js';
import { type FilePart, readOrThrow } from '../archive/inflate.js';
import { peekFeed } from '../archive/peek.js';
import type { Enrichment } from '../enrich/enrichment.js';
import type { QuarantinedLine } from '../normalize/normalizer.js';
import { readQuarantine } from '../quarantine/quarantine-reader.js';
import { QuarantineWriter } from '../quarantine/quarantine-writer.js';
import { type QuarantineRecord, rawBytes } from '../quarantine/record.js';
import type { ConversionRoom } from './conversion-tools.js';
import { addCounts, type Counts, noCounts } from './counts.js';
import { addOutcomes, checkOutcomes, type LedgerFile, noOutcomes, type Outcomes } from './ledger.js';
import { UnitWindow, type WrittenObject } from './unit-window.js';

/** A file of a unit as the plan knows it. */
export interface PlannedFile {
  key: string;
  canonicalKey: string;
  size: number;
  etag: string;
  feed: FileFeed;
}

/** An archive file, or a quarantine file whose lines are tried again. */
export type UnitInput = PlannedFile | (Omit<PlannedFile, 'feed'> & { feed: 'quarantine' });

/** What a unit became; the objects lie at `path` until they are staged or published. */
export interface ConvertedUnit {
  files: LedgerFile[];
  outcomes: Outcomes;
  filtered: Counts;
  quarantine: Counts;
  quarantinePath: string | undefined;
  invalid: Counts;
  unknown: Counts;
  /** with `enrich` */
  facts: Counts | undefined;
  objects: WrittenObject[];
}

/** Bytes of quarantined lines that are tried at a time. */
const REPLAY_BLOCK = 4 * 1024 * 1024;
const NEWLINE = Uint8Array.of(10);

export async function convertUnit(
  room: ConversionRoom,
  unit: string,
  files: readonly UnitInput[],
  scratch: string,
): Promise<ConvertedUnit> {
  return new UnitConversion(room, unit, scratch).run(files);
}

class UnitConversion {
  private readonly result: ConvertedUnit;
  private readonly quarantine: QuarantineWriter;
  private readonly window: UnitWindow;

  constructor(
    private readonly room: ConversionRoom,
    private readonly unit: string,
    private readonly scratch: string,
  ) {
    this.window = new UnitWindow(room, unit, scratch);
    this.quarantine = new QuarantineWriter(join(scratch, 'quarantine.ndjson.gz'));
    this.result = {
      files: [],
      outcomes: noOutcomes(),
      filtered: noCounts(),
      quarantine: noCounts(),
      quarantinePath: undefined,
      invalid: noCounts(),
      unknown: noCounts(),
      facts: undefined,
      objects: this.window.objects,
    };
  }

  async run(files: readonly UnitInput[]): Promise<ConvertedUnit> {
    const { normalizer } = this.room;
    await mkdir(this.scratch, { recursive: true });
    normalizer.startUnit();
    try {
      await this.learnProcesses(files);
      for (const file of files) await (isQuarantine(file) ? this.replay(file) : this.file(file as PlannedFile));
      await this.window.write();
    } finally {
      this.window.clear();
      await this.quarantine.close();
    }
    const { result } = this;
    addCounts(result.invalid, normalizer.invalid);
    addCounts(result.unknown, normalizer.unknown);
    result.facts = factCounts(this.room.enrichment);
    if (this.quarantine.lines > 0) result.quarantinePath = this.quarantine.path;
    for (const file of result.files) addOutcomes(result.outcomes, file.outcomes);
    checkOutcomes(result.outcomes, `unit ${this.unit}`);
    const rows = result.objects.reduce((sum, object) => sum + object.rows, 0);
    if (rows !== result.outcomes.written)
      throw new Error(`unit ${this.unit}: ${result.outcomes.written} written, but ${rows} rows in its objects`);
    return result;
  }

  /** With `enrich` the unit is read twice: an event may come before the rollup of its process, in another file or window. */
  private async learnProcesses(files: readonly UnitInput[]): Promise<void> {
    const { enrichment, signal } = this.room;
    enrichment?.startUnit();
    if (enrichment === undefined) return;
    for (const file of files) {
      if (isQuarantine(file) || secondaryFeed((file as PlannedFile).feed) !== undefined) continue;
      for await (const part of this.parts(this.opener(file))) {
        signal.throwIfAborted();
        if (part.kind === 'lines') enrichment.processes.add(part.block);
      }
    }
  }

  private opener(file: Pick<PlannedFile, 'key' | 'etag'>): () => Promise<Readable> {
    return () => this.room.archive.read(file.key, { ifMatch: file.etag });
  }

  private parts(open: () => Promise<Readable>): AsyncGenerator<FilePart, void, void> {
    const { buffer, options, signal } = this.room;
    return readOrThrow(open, {
      buffer,
      lineLimit: options.maxLine,
      maxRatio: options.maxRatio,
      signal,
    });
  }

  private async file(file: PlannedFile): Promise<void> {
    const { normalizer, signal } = this.room;
    const open = this.opener(file);
    const feed = file.feed === 'unknown' ? await peekFeed(open, signal) : file.feed;
    const rowsOf = secondaryFeed(feed);
    const outcomes = noOutcomes();
    let damage: Damage | undefined;
    let inflatedBytes = 0;
    for await (const part of this.parts(open)) {
      signal.throwIfAborted();
      if (part.kind === 'oversize') {
        outcomes.read++;
        await this.oversize(file, rowsOf, outcomes, part.line);
      } else if (part.kind === 'lines') {
        const { block } = part;
        const before = outcomes.read;
        if (block.offset === 0) blankByteOrderMark(block.bytes);
        const onQuarantine = (line: QuarantinedLine) => {
          this.quarantine.add({ ...line, file: file.key, etag: file.etag, feed: rowsOf });
          this.count(line.reason);
        };
        normalizer.add(block, outcomes, onQuarantine, rowsOf);
        this.window.count(block.length);
        await this.quarantine.drained();
        this.room.onProgress({ events: outcomes.read - before, compressedBytes: 0, inflatedBytes: block.length });
        if (this.window.isFull) await this.window.makeRoom();
      } else {
        damage = part.summary.damage;
        inflatedBytes = part.summary.inflatedBytes;
      }
    }
    if (outcomes.filtered > 0) addCounts(this.result.filtered, { range: outcomes.filtered });
    checkOutcomes(outcomes, file.key);
    this.room.onProgress({ events: 0, compressedBytes: file.size, inflatedBytes: 0 });
    const { key, canonicalKey, size, etag } = file;
    this.result.files.push({
      key,
      canonicalKey,
      size,
      etag,
      feed,
      outcomes,
      inflatedBytes,
      ...(damage === undefined ? {} : { damage }),
    });
  }

  /** Tries quarantined lines again; those that fail again keep their origin. */
  private async replay(file: UnitInput): Promise<void> {
    const { archive, normalizer } = this.room;
    const outcomes = noOutcomes();
    let inflatedBytes = 0;
    let lines: Uint8Array[] = [];
    let origins: QuarantineRecord[] = [];
    let length = 0;
    let rowsOf: string | undefined;
    const add = async () => {
      const bytes = Buffer.concat(lines);
      inflatedBytes += bytes.length;
      const block = { bytes, length: bytes.length, offset: 0, firstLine: 0 };
      const onQuarantine = (line: QuarantinedLine) => {
        const { file: key, etag, line: number, offset } = origins[line.line]!;
        this.quarantine.add({ reason: line.reason, file: key, etag, feed: rowsOf, line: number, offset, bytes: line.bytes });
        this.count(line.reason);
      };
      normalizer.add(block, outcomes, onQuarantine, rowsOf);
      this.window.count(block.length);
      await this.quarantine.drained();
      lines = [];
      origins = [];
      length = 0;
      if (this.window.isFull) await this.window.makeRoom();
    };
    for await (const record of readQuarantine(file.key, await archive.read(file.key, { ifMatch: file.etag }))) {
      const raw = rawBytes(record);
      if (record.length !== undefined) {
        outcomes.read++;
        outcomes.quarantined++;
        const { reason, file: key, etag, line, offset } = record;
        this.quarantine.add({ reason, file: key, etag, feed: record.feed, line, offset, bytes: raw, length: record.length });
        this.count(record.reason);
        continue;
      }
      if (record.feed !== rowsOf && lines.length > 0) await add();
      rowsOf = record.feed;
      lines.push(raw, NEWLINE);
      origins.push(record);
      length += raw.length + 1;
      if (length >= REPLAY_BLOCK) await add();
    }
    if (lines.length > 0) await add();
    checkOutcomes(outcomes, file.key);
    const { key, canonicalKey, size, etag, feed } = file;
    this.result.files.push({ key, canonicalKey, size, etag, feed, outcomes, inflatedBytes });
  }

  private async oversize(
    file: PlannedFile,
    feed: string | undefined,
    outcomes: Outcomes,
    line: { line: number; offset: number; length: number; head: Uint8Array },
  ): Promise<void> {
    outcomes.quarantined++;
    this.quarantine.add({
      reason: 'line-too-long',
      file: file.key,
      etag: file.etag,
      feed,
      line: line.line,
      offset: line.offset,
      bytes: line.head,
      length: line.length,
    });
    this.count('line-too-long');
    await this.quarantine.drained();
  }

  private count(reason: string): void {
    addCounts(this.result.quarantine, { [reason]: 1 });
  }
}

function factCounts(enrichment: Enrichment | undefined): Counts | undefined {
  if (enrichment === undefined) return undefined;
  const { kept, repeated, beyondLimit } = enrichment.processes;
  const counts = noCounts();
  for (const [kind, { found, later, missing }] of Object.entries(enrichment.outcomes)) {
    addCounts(counts, { [`${kind}-found`]: found, [`${kind}-later`]: later, [`${kind}-missing`]: missing });
  }
  addCounts(counts, { 'processes-kept': kept, 'processes-repeated': repeated, 'processes-beyond-limit': beyondLimit });
  return counts;
}

const isQuarantine = (file: UnitInput): file is Extract<UnitInput, { feed: 'quarantine' }> => file.feed === 'quarantine';
