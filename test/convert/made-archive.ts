/** Archives made by hand: events whose every member the test chooses. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const CID = '0123456789abcdef0123456789abcdef';
/** when the cloud received the events, epoch ms */
export const CLOUD_MS = 1_772_409_600_123;

/** Undefined leaves a member out. */
export type Members = Record<string, unknown>;

const ENVELOPE = { event_platform: 'Win', aid: 'f'.repeat(32), cid: CID, timestamp: String(CLOUD_MS) };

/** @param raw members as they stand in the line, behind the others */
function line(members: Members, raw: string | Buffer): Buffer {
  const text = JSON.stringify({ ...ENVELOPE, ...members });
  if (raw.length === 0) return Buffer.from(text);
  return Buffer.concat([Buffer.from(`${text.slice(0, -1)},`), Buffer.from(raw as Buffer), Buffer.from('}')]);
}

/** A process that starts half a second before the cloud hears of it. */
export function processEvent(id: string | undefined, members: Members = {}, raw: string | Buffer = ''): Buffer {
  return line(
    {
      event_simpleName: 'ProcessRollup2',
      id,
      ProcessStartTime: '1772409599.500',
      TargetProcessId: '700700700700',
      ParentProcessId: '612345678901',
      RawProcessId: '4321',
      ImageFileName: '\\Device\\HarddiskVolume3\\Tools\\tool.exe',
      CommandLine: 'tool.exe /quiet',
      SHA256HashData: 'ab'.repeat(32),
      ...members,
    },
    raw,
  );
}

/** A connection to port 443. */
export function connectionEvent(id: string | undefined, members: Members = {}, raw: string | Buffer = ''): Buffer {
  return line(
    {
      event_simpleName: 'NetworkConnectIP4',
      id,
      ContextTimeStamp: '1772409596.000',
      ContextProcessId: '612345678901',
      ConnectionDirection: '0',
      Protocol: '6',
      LocalAddressIP4: '10.1.2.3',
      LocalPort: '50123',
      RemoteAddressIP4: '198.51.100.9',
      RemotePort: '443',
      ...members,
    },
    raw,
  );
}

/** Each line with its newline. */
export const linesOf = (lines: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(lines.flatMap((each) => [Buffer.from(each as Buffer), Buffer.from('\n')]));

/** `count` sound events with the ids `<name>-0`, `<name>-1` …, each with a hash of its own: they compress as real ones do. */
export const soundLines = (name: string, count: number): Buffer =>
  linesOf(Array.from({ length: count }, (_, i) => processEvent(`${name}-${i}`, { SHA256HashData: sha256(`${name}-${i}`) })));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same, every other one a connection, in turn on two days: few objects, but more than one, and of more than one class. */
export function mixedLines(name: string, count: number): Buffer {
  const lines = Array.from({ length: count }, (_, i) => {
    const make = i % 2 === 0 ? processEvent : connectionEvent;
    const time = {
      timestamp: String(CLOUD_MS + (i % 4 < 2 ? 0 : DAY_MS)),
      ProcessStartTime: undefined,
      ContextTimeStamp: undefined,
    };
    return make(`${name}-${i}`, { ...time, SHA256HashData: sha256(`${name}-${i}`) });
  });
  return linesOf(lines);
}

const DAY_MS = 86_400_000;

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Record<string, Buffer>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

/** An archive of one event file. */
export async function writeEvents(folder: string, lines: readonly (string | Buffer)[]): Promise<string> {
  await writeFiles(folder, { 'data/batch/part-00000.gz': gzipSync(linesOf(lines)) });
  return folder;
}
