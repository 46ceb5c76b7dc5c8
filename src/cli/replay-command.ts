/** `falconry replay`. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConvertOptions } from '../convert/options.js';
import { replay } from '../convert/replay.js';
import { isS3Uri } from '../store/open.js';
import { convertSummary } from './convert-summary.js';
import { plural } from './numbers.js';

export interface ReplayArguments extends Record<string, unknown> {
  quarantine: string;
  lake: string;
  json?: boolean;
}

export async function replayCommand({ quarantine, json, ...rest }: ReplayArguments): Promise<void> {
  const report = await replay({ ...rest, archive: await folderOf(quarantine) } as unknown as ConvertOptions);
  if (json === true) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = [report.objects.length === 0 ? 'Nothing new was written.\n' : convertSummary(report)];
  if (report.files.known > 0) lines.push(`${plural(report.files.known, 'quarantine file')} had been replayed before.\n`);
  if (report.unchanged > 0) lines.push(`In ${plural(report.unchanged, 'quarantine file')} no line can be converted yet.\n`);
  process.stdout.write(lines.join(''));
}

/** A single file is replayed with its folder: what was replayed before is passed over. */
async function folderOf(uri: string): Promise<string> {
  if (isS3Uri(uri)) return uri.endsWith('.ndjson.gz') ? uri.slice(0, uri.lastIndexOf('/')) : uri;
  return (await stat(uri).catch(() => undefined))?.isFile() === true ? dirname(uri) : uri;
}
