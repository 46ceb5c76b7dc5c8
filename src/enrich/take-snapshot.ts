/** Takes a snapshot: reads the feeds aidmaster and userinfo of an archive, and UserIdentity of its events, into tables of facts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockBuffer } from '../archive/block-buffer.js';
import type { ArchiveFile } from '../archive/find.js';
import { readOrThrow } from '../archive/inflate.js';
import { peekFeed } from '../archive/peek.js';
import { Placeholders } from '../normalize/placeholders.js';
import type { ObjectStore } from '../store/store.js';
import { AIDMASTER, type FactFeed, TABLES, USER_IDENTITY, USERINFO } from './fact-feeds.js';
import { FactTableBuilder } from './fact-table.js';
import { eachLine, eachLineWith, LineFields } from './line-fields.js';
import { type SnapshotTables, writeSnapshot } from './snapshot-file.js';
import { placeSnapshot } from './snapshot-place.js';

export interface SnapshotOptions {
  archive: ObjectStore;
  /** the archive's files, in byte order: of rows of one time the last counts */
  files: AsyncIterable<ArchiveFile>;
  work: ObjectStore;
  /** values that mean absent, whatever the field */
  placeholders: readonly string[];
  /** read UserIdentity events too: that inflates all events */
  events: boolean;
  onProgress?: (progress: { files: number; compressedBytes: number; rows: number }) => void;
  signal?: AbortSignal;
}

export interface SnapshotReport {
  id: string;
  key: string;
  bytes: number;
  /** by table: rows read, owners of facts, and versions of them that differ */
  tables: Record<string, { rows: number; owners: number; versions: number }>;
  /** rows passed over: not JSON, without a time, or nobody's that events could name */
  passedOver: Record<'not-an-event' | 'no-time' | 'no-key', number>;
  files: { read: number; damaged: { key: string; reason: string; message: string }[] };
  seconds: number;
}

export async function takeSnapshot(options: SnapshotOptions): Promise<SnapshotReport> {
  const begun = performance.now();
  const scratch = await mkdtemp(join(tmpdir(), 'falconry-snapshot-'));
  const taking = new Taking(options, scratch);
  try {
    for await (const file of options.files) await taking.file(file);
    const tables = taking.build();
    const path = join(scratch, 'snapshot');
    const { bytes, id } = writeSnapshot(path, tables);
    const key = await placeSnapshot(options.work, id, path);
    const { passedOver, files } = taking;
    const counts = TABLES.map((name) => {
      const { first, times } = tables[name].arrays;
      return [name, { rows: taking.builders[name].rows, owners: first.length, versions: times.length }];
    });
    return { id, key, bytes, tables: Object.fromEntries(counts), passedOver, files, seconds: (performance.now() - begun) / 1000 };
  } finally {
    taking.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

class Taking {
  readonly builders: Record<(typeof TABLES)[number], FactTableBuilder>;
  readonly passedOver: SnapshotReport['passedOver'] = { 'not-an-event': 0, 'no-time': 0, 'no-key': 0 };
  readonly files: SnapshotReport['files'] = { read: 0, damaged: [] };
  private readonly lines = new Map<FactFeed, LineFields>();
  private readonly placeholders: Placeholders;
  private readonly buffer = new BlockBuffer();
  private compressedBytes = 0;

  constructor(
    private readonly options: SnapshotOptions,
    scratch: string,
  ) {
    this.placeholders = new Placeholders(options.placeholders);
    const builder = (feed: FactFeed) => new FactTableBuilder(feed.fields, join(scratch, feed.table));
    this.builders = { hosts: builder(AIDMASTER), users: builder(USERINFO), identities: builder(USER_IDENTITY) };
  }

  async file({ key, size, feed: named }: ArchiveFile): Promise<void> {
    const { archive, signal, events, onProgress } = this.options;
    const open = () => archive.read(key);
    const feed = named === 'unknown' ? await peekFeed(open, signal) : named;
    const take =
      feed === 'aidmaster' ? AIDMASTER : feed === 'userinfo' ? USERINFO : feed === 'events' && events ? USER_IDENTITY : undefined;
    if (take === undefined) return;
    for await (const part of readOrThrow(open, { buffer: this.buffer, ...(signal && { signal }) })) {
      if (part.kind === 'lines') {
        const { bytes, length } = part.block;
        const each = (start: number, end: number) => this.line(take, bytes, start, end);
        if (take === USER_IDENTITY) eachLineWith(USER_IDENTITY.eventType, bytes, length, each);
        else eachLine(bytes, length, each);
      } else if (part.kind === 'end' && part.summary.damage !== undefined) {
        const { reason, message } = part.summary.damage;
        this.files.damaged.push({ key, reason, message });
      }
    }
    this.files.read++;
    this.compressedBytes += size;
    const rows = TABLES.reduce((sum, name) => sum + this.builders[name].rows, 0);
    onProgress?.({ files: this.files.read, compressedBytes: this.compressedBytes, rows });
  }

  private line(feed: FactFeed, bytes: Uint8Array, start: number, end: number): void {
    let line = this.lines.get(feed);
    if (line === undefined) {
      line = new LineFields([...feed.fields, ...feed.keyFields, feed.time, 'timestamp'], this.placeholders);
      this.lines.set(feed, line);
    }
    if (!line.read(bytes, start, end)) {
      if (bytes.subarray(start, end).some((byte) => byte > 32)) this.passedOver['not-an-event']++;
      return;
    }
    if (feed === USER_IDENTITY && line.textOf('event_simpleName') !== USER_IDENTITY.eventType) return;
    const reader = line;
    const time = reader.time(feed.time);
    const key = feed.keyOf(reader);
    if (Number.isNaN(time)) this.passedOver['no-time']++;
    else if (key === undefined) this.passedOver['no-key']++;
    else {
      const keyBytes = Buffer.from(key);
      this.builders[feed.table].add(keyBytes, keyBytes.length, time, (field, at) => reader.point(feed.fields[field]!, at));
    }
  }

  build(): SnapshotTables {
    const { hosts, users, identities } = this.builders;
    return { hosts: hosts.build(), users: users.build(), identities: identities.build() };
  }

  close(): void {
    for (const name of TABLES) this.builders[name].close();
  }
}
