/** Lines through the real core, with facts of a snapshot and of the lines' own rollups, or without. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findFiles } from '../../src/archive/find.js';
import { loadCompiled } from '../../src/convert/definitions.js';
import { Enrichment } from '../../src/enrich/enrichment.js';
import { readSnapshot, type SnapshotTables } from '../../src/enrich/snapshot-file.js';
import { loadSnapshot } from '../../src/enrich/snapshot-place.js';
import { type SnapshotReport, takeSnapshot } from '../../src/enrich/take-snapshot.js';
import { Normalizer, type Outcomes } from '../../src/normalize/normalizer.js';
import { Placeholders } from '../../src/normalize/placeholders.js';
import type { OcsfVersion } from '../../src/ocsf/schema.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { ObjectStore } from '../../src/store/store.js';
import { plainRow } from '../golden/convert.js';
import { type Row, rowsAsRead } from '../normalize/rows.js';

export type Line = Record<string, unknown>;

const { placeholders } = loadCompiled('1.2.0').mapping;

export async function snapshotOf(
  archive: ObjectStore,
  events = true,
): Promise<{ tables: SnapshotTables; report: SnapshotReport; work: MemoryStore }> {
  const work = new MemoryStore('memory:work');
  const report = await takeSnapshot({ archive, files: findFiles(archive), work, placeholders, events });
  const { memory, key } = await loadSnapshot(work, archive.uri);
  return { tables: readSnapshot(memory, key), report, work };
}

/** An archive in memory: file name → lines. */
export async function archiveOf(files: Record<string, readonly (Line | string)[]>): Promise<MemoryStore> {
  const store = new MemoryStore('memory:archive');
  for (const [name, lines] of Object.entries(files)) await store.write(name, gzipSync(textOf(lines)));
  return store;
}

export const textOf = (lines: readonly (Line | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

/** Rows in the order of the lines; with tables also what facts fill. */
export function convertLines(
  version: OcsfVersion,
  text: string,
  options: { tables?: SnapshotTables; feed?: string; processBytes?: number } = {},
): { rows: Row[]; outcomes: Outcomes; enrichment: Enrichment | undefined } {
  const { tables, feed, processBytes } = options;
  const { mapping } = loadCompiled(version);
  const enrichment = tables && new Enrichment(tables, new Placeholders(mapping.placeholders), processBytes);
  const normalizer = new Normalizer(mapping, { dedupe: false }, enrichment);
  const block = () => {
    const bytes = Uint8Array.from(Buffer.from(text));
    return { bytes, length: bytes.length, offset: 0, firstLine: 1 };
  };
  const outcomes: Outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
  normalizer.startUnit();
  enrichment?.startUnit();
  enrichment?.processes.add(block());
  normalizer.add(
    block(),
    outcomes,
    ({ reason, line }) => {
      throw new Error(`line ${line}: ${reason}`);
    },
    feed,
  );
  return { rows: rowsAsRead(normalizer).map(({ row }) => plainRow(row)), outcomes, enrichment };
}

/** Runs with a folder that is gone afterwards. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'falconry-enrich-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
