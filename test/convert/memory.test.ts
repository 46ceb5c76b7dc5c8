/** What is huge in an archive must not be huge in memory: each conversion runs in a process of its own. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processEvent, soundLines, writeFiles } from './made-archive.js';
import { measuredConvert } from './measured-convert.js';

const MiB = 1024 * 1024;
const SOUND = 50;
/** What 64 KiB of a file inflate to at most, and two blocks: one that is full and its successor. */
const BOUND_MIB = 66 + 2 * 16;
/** What one conversion may differ from another by chance. */
const NOISE_MIB = 64;

let folder: string;
/** peak of a conversion of {@link SOUND} events and nothing else */
let plainMiB: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-memory-'));
  ({ peakMiB: plainMiB } = await convertWith('plain', []));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Converts the pieces as one file, in front of a sound one. */
async function convertWith(name: string, pieces: Iterable<Buffer>) {
  const archive = join(folder, name);
  await writeFiles(archive, { 'data/b/sound.gz': gzipSync(soundLines('sound', SOUND)) });
  const path = join(archive, 'data', 'b', 'first.gz');
  await mkdir(dirname(path), { recursive: true });
  await pipeline(Readable.from(pieces), createGzip({ level: 9 }), createWriteStream(path));
  return measuredConvert({ archive, lake: join(folder, `${name}-lake`), region: 'eu-central-1', workers: 1 });
}

/** An event whose command line has so many bytes. */
function* longLine(id: string, bytes: number): Generator<Buffer> {
  const [before, after] = processEvent(id, { CommandLine: '@' }).toString().split('@') as [string, string];
  const piece = Buffer.alloc(MiB, 'long ');
  yield Buffer.from(before);
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
  yield Buffer.from(`${after}\n`);
}

it('a line of 20 MiB, and one of 200 MiB, are quarantined by their beginning and never held whole', async () => {
  const { report, peakMiB } = await convertWith('long', [...longLine('twenty', 20 * MiB), ...longLine('many', 200 * MiB)]);
  expect(report.events).toEqual({ read: SOUND + 2, written: SOUND, quarantined: 2, duplicate: 0, filtered: 0 });
  expect(report.quarantine).toEqual({ 'line-too-long': 2 });
  expect(report.bytes.inflated).toBeGreaterThan(220 * MiB);
  expect(peakMiB - plainMiB).toBeLessThan(BOUND_MIB + NOISE_MIB);
}, 120_000);

it('a file that inflates a thousand times is stopped, the one beside it converted', async () => {
  function* bomb(): Generator<Buffer> {
    yield Buffer.from(processEvent('first'));
    const zeros = Buffer.alloc(4 * MiB, '0');
    for (let i = 0; i < 256; i++) yield zeros;
  }
  const { report, peakMiB } = await convertWith('bomb', bomb());
  expect(report.damaged).toMatchObject([{ key: 'data/b/first.gz', reason: 'gzip-bomb' }]);
  expect(report.files.failed).toBe(1);
  expect(report.events).toEqual({ read: SOUND, written: SOUND, quarantined: 0, duplicate: 0, filtered: 0 });
  expect(report.bytes.inflated).toBeLessThan(400 * MiB);
  expect(peakMiB - plainMiB).toBeLessThan(BOUND_MIB + NOISE_MIB);
}, 120_000);
