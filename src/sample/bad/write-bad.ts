/** Writes the bad input: one batch of its own, after the good ones. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cannotWrite } from '../errors.js';
import { batchFolder, partitionedBatchFolder, partName } from '../layout.js';
import type { FilledSampleOptions } from '../options.js';
import { Random } from '../random.js';
import { Sink } from '../sink.js';
import { BAD_FILE_KINDS, type BadFileKind } from './bad-files.js';
import { EventMaker } from './event-maker.js';
import type { BadFile, BadLines, BadReport } from './kinds.js';
import { NOT_EVENTS } from './not-events.js';
import { ODD_TEXT, ODD_TIMES } from './odd-text.js';
import { ODD_VALUES } from './odd-values.js';

/** The folder in which the bad batch lies; the caller marks it complete. */
export function badFolder(options: FilledSampleOptions): string {
  const uuid = new Random(options.seed, 0xbadba7c).uuid();
  return options.layout === 'partitioned' ? partitionedBatchFolder(uuid) : batchFolder(uuid);
}

export async function writeBad(options: FilledSampleOptions, cid: string): Promise<BadReport> {
  const maker = new EventMaker(options.seed, cid, options.startMs);
  const folder = badFolder(options);
  const linesFile = `${folder}/${partName(0)}.gz`;
  const lines = await writeLines(options.directory, linesFile, maker);
  const files: BadFile[] = [];
  for (const kind of BAD_FILE_KINDS) files.push(await writeFile(options.directory, folder, kind, maker));
  return { linesFile, lines, goodAmongBad: lines.length, files };
}

async function writeLines(directory: string, path: string, maker: EventMaker): Promise<BadLines[]> {
  const sink = await Sink.open(directory, path);
  const report: BadLines[] = [];
  const newline = Uint8Array.of(10);
  for (const { kind, what, event, make } of [...NOT_EVENTS, ...ODD_VALUES, ...ODD_TEXT, ...ODD_TIMES]) {
    const made = make(maker);
    for (const line of [...made, maker.event()]) {
      await sink.addBytes(typeof line === 'string' ? Buffer.from(line) : line);
      await sink.addBytes(newline);
    }
    report.push({ kind, what, lines: made.length, event });
  }
  await sink.close();
  return report;
}

async function writeFile(
  directory: string,
  folder: string,
  { kind, what, name, state, make }: BadFileKind,
  maker: EventMaker,
): Promise<BadFile> {
  const path = `${folder}/${name}`;
  const { lines, bytes, inflated } = make(maker);
  if (inflated) {
    const sink = await Sink.open(directory, path);
    for (const piece of bytes) await sink.addBytes(piece);
    await sink.close();
  } else {
    try {
      await pipeline(Readable.from(bytes), createWriteStream(join(directory, path)));
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  }
  return { kind, what, path, lines, state };
}
