/** Files that are bad as a whole: what is sound in them and beside them is converted, the rest is reported. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConvertReport } from '../../src/convert/report.js';
import { runCli } from '../cli/run.js';
import { lakeUids } from './lake-rows.js';
import { soundLines, writeFiles } from './made-archive.js';

let folder: string;
let report: ConvertReport;
let code: number | null;
let stderr: string;
/** ids in the lake, without the number at their end → how many */
let written: Map<string, number>;

const FEW = 30;
const MANY = 1500;
const gzip = (name: string, count: number) => gzipSync(soundLines(name, count));

/** Whole lines that an independent inflation gets out of the first bytes of a gzip file. */
function wholeLines(bytes: Buffer): number {
  const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  return text.split('\n').length - 1;
}

const truncated = gzip('truncated', MANY).subarray(0, 20_000);
const corrupt = gzip('corrupt', MANY);
const CORRUPT_AT = Math.floor(corrupt.length / 2);
corrupt.fill(0xff, CORRUPT_AT, CORRUPT_AT + 64);
const badChecksum = gzip('checksum', FEW);
badChecksum[badChecksum.length - 8]! ^= 1;
const members = Buffer.concat([gzip('member', FEW), gzip('second', FEW)]);

const NAMES = [
  'with space',
  'per%2Fcent',
  '..%2F..%2Fetc%2Fpasswd',
  'a=b&c+d',
  'größe#1',
  'back\\..\\slash',
  '..dots',
  'quote\'"',
];

const FILES: Record<string, Buffer> = {
  'data/b/sound.gz': gzip('sound', FEW),
  'data/b/truncated.gz': truncated,
  'data/b/corrupt.gz': corrupt,
  'data/b/checksum.gz': badChecksum,
  'data/b/garbage.gz': Buffer.concat([gzip('garbage', FEW), Buffer.from('after the end')]),
  'data/b/binary.gz': Buffer.from('PK\u0003\u0004 a zip file, no gzip'),
  'data/b/text.gz': soundLines('text', FEW),
  'data/b/members.gz': members,
  'data/b/mark.gz': gzipSync(Buffer.concat([Buffer.from('\ufeff'), soundLines('mark', FEW)])),
  'data/b/padded.gz': Buffer.concat([gzip('padded', FEW), Buffer.alloc(512)]),
  'data/b/nothing.gz': gzipSync(''),
  'data/b/zero.gz': Buffer.alloc(0),
  'data/b/_SUCCESS': Buffer.alloc(0),
  'data/b/README.txt': Buffer.from('hello'),
  'data/b/manifest.json': Buffer.from('{}'),
  'data/b/.part.gz.crc': Buffer.from('crc'),
  ...Object.fromEntries(NAMES.map((name, i) => [`data/${name}/part-${name}.gz`, gzip(`name${i}`, FEW)])),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-files-'));
  await writeFiles(join(folder, 'archive'), FILES);
  const args = ['convert', 'archive', '--lake', 'lake', '--region', 'eu-central-1', '--workers', '1', '--json'];
  const run = await runCli(args, { cwd: folder });
  ({ code, stderr } = run);
  report = JSON.parse(run.stdout);
  written = new Map();
  for (const uid of await lakeUids(join(folder, 'lake'))) {
    const name = uid.replace(/-\d+$/, '');
    written.set(name, (written.get(name) ?? 0) + 1);
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const damage = (name: string) => report.damaged.find(({ key }) => key === `data/b/${name}.gz`);

it('exits with 4, and says nothing else on stderr', () => {
  expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
});

it('names the damaged files and no other', () => {
  expect(report.damaged.map(({ key, reason }) => [key, reason])).toEqual([
    ['data/b/binary.gz', 'not-gzip'],
    ['data/b/checksum.gz', 'gzip-corrupt'],
    ['data/b/corrupt.gz', 'gzip-corrupt'],
    ['data/b/garbage.gz', 'gzip-corrupt'],
    ['data/b/truncated.gz', 'gzip-truncated'],
  ]);
  expect(report.files.failed).toBe(5);
});

describe('what is sound in a damaged file is converted', () => {
  it('cut short: every whole line before the end', () => {
    expect(wholeLines(truncated)).toBeGreaterThan(100);
    expect(written.get('truncated')).toBe(wholeLines(truncated));
    expect(damage('truncated')).toMatchObject({ compressedOffset: truncated.length });
  });

  it('overwritten in the middle: every whole line before', () => {
    const before = wholeLines(corrupt.subarray(0, CORRUPT_AT));
    expect(before).toBeGreaterThan(100);
    expect(written.get('corrupt')).toBeGreaterThanOrEqual(before);
    expect(written.get('corrupt')).toBeLessThan(MANY);
    expect(damage('corrupt')!.compressedOffset).toBeGreaterThanOrEqual(CORRUPT_AT);
  });

  it('a wrong checksum, or garbage behind: all of it', () => {
    expect(written.get('checksum')).toBe(FEW);
    expect(written.get('garbage')).toBe(FEW);
    // a byte or two of it may be taken for the beginning of another member
    const end = FILES['data/b/garbage.gz']!.length - 'after the end'.length;
    expect(damage('garbage')!.compressedOffset - end).toBeLessThanOrEqual(2);
    expect(damage('garbage')!.compressedOffset).toBeGreaterThanOrEqual(end);
  });
});

it('converts all other files whole, whatever their names', () => {
  for (const name of ['sound', 'text', 'member', 'second', 'mark', 'padded', ...NAMES.map((_, i) => `name${i}`)]) {
    expect([name, written.get(name)]).toEqual([name, FEW]);
  }
});

it('passes over what is no archive file, and counts it', () => {
  const read = Object.keys(FILES).length - 5;
  expect(report.files).toEqual({
    found: read,
    read,
    failed: 5,
    known: 0,
    markers: 1,
    empty: 1,
    foreign: 3,
    archived: 0,
    refused: 0,
  });
});

it('accounts for every line', () => {
  const { read, written: rows, quarantined, duplicate, filtered } = report.events;
  expect(read).toBe(rows + quarantined + duplicate + filtered);
  expect([...written.values()].reduce((sum, n) => sum + n, 0)).toBe(rows);
});

it('writes into the lake alone', async () => {
  expect((await readdir(folder)).sort()).toEqual(['archive', 'lake']);
  expect((await readdir(join(folder, 'lake'))).sort()).toEqual(['ext', 'work']);
  const kept = (await readdir(join(folder, 'archive'), { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  expect(kept.map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual(
    Object.keys(FILES)
      .map((name) => join(folder, 'archive', name))
      .sort(),
  );
  const objects = (await readdir(join(folder, 'lake', 'ext'), { recursive: true })).filter((name) => name.includes('.'));
  for (const name of objects) {
    // zlib finds damage late: a line just before it may be garbled, its customer id too
    expect(name).toMatch(
      /^fdr12_[a-z_]+\/region=eu-central-1\/accountId=external(_[\w-]{1,64})?\/eventDay=2026030[12]\/[0-9a-f]{32}-\d{4}\.zst\.parquet$/,
    );
  }
});
