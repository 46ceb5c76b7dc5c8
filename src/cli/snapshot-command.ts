/** `falconry snapshot`. */
import { type SnapshotInput, snapshot } from '../convert/snapshot.js';
import type { SnapshotReport } from '../enrich/take-snapshot.js';
import { bytes, count, duration, plural } from './numbers.js';
import { plainText } from './plain-text.js';
import { ProgressLine } from './progress-line.js';

export interface SnapshotArguments extends Record<string, unknown> {
  archive: string;
  json?: boolean;
}

const MOST_ROWS = 10;

export async function snapshotCommand({ json, ...options }: SnapshotArguments): Promise<void> {
  const line = new ProgressLine(json !== true);
  const report = await snapshot(options as unknown as SnapshotInput, {
    onProgress: ({ files, compressedBytes, rows }) =>
      line.show(() => `${plural(files, 'file')} · ${bytes(compressedBytes)} · ${count(rows)} rows of facts`),
  }).finally(() => line.clear());
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : snapshotSummary(report));
  if (report.files.damaged.length > 0) process.exitCode = 4;
}

const OWNERS: Record<string, string> = {
  hosts: 'hosts, from aidmaster',
  users: 'users of a domain, from userinfo',
  identities: 'users on their hosts, from UserIdentity',
};

function snapshotSummary({
  id,
  key,
  bytes: size,
  tables,
  passedOver,
  files,
  seconds,
  work,
}: SnapshotReport & { work: string }): string {
  const lines = [`Snapshot ${id}: ${bytes(size)} in ${work}, as ${key}.`];
  for (const [name, { rows, owners, versions }] of Object.entries(tables)) {
    lines.push(`  ${count(owners)} ${OWNERS[name] ?? name}: ${plural(versions, 'version')} of ${plural(rows, 'row')}`);
  }
  const passed = Object.entries(passedOver).filter(([, n]) => n > 0);
  if (passed.length > 0) lines.push(`Passed over: ${passed.map(([reason, n]) => `${reason} ${count(n)}`).join(', ')}.`);
  for (const { key: file, reason, message } of files.damaged.slice(0, MOST_ROWS))
    lines.push(plainText(`Damaged: ${file}: ${reason}, ${message}`));
  if (files.damaged.length > MOST_ROWS) lines.push(`… and ${count(files.damaged.length - MOST_ROWS)} more damaged files.`);
  lines.push(`${plural(files.read, 'file')} in ${duration(seconds)}.`);
  lines.push(`Next: falconry convert <archive> --lake <lake> --work ${work} --region <region> --enrich`);
  return `${lines.join('\n')}\n`;
}
