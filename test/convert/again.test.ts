/** What a second run into the same lake does: other ranges, other spellings, a lake inside its archive, a replay of a replay. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { dryRun } from '../../dist/src/convert/dry-run.js';
import { replay } from '../../dist/src/convert/replay.js';
import { lakeUids } from './lake-rows.js';
import { linesOf, processEvent, soundLines, writeEvents, writeFiles } from './made-archive.js';

const region = 'eu-central-1';
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'falconry-again-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Ten events, an hour apart, in one file; the ids are the hours. */
async function tenHours(name: string): Promise<string> {
  const hour = (h: number) => String(Date.UTC(2026, 2, 2, h));
  const lines = Array.from({ length: 10 }, (_, h) =>
    processEvent(String(h), { timestamp: hour(h), ProcessStartTime: undefined }),
  );
  return writeEvents(join(root, name), lines);
}

const at = (hour: number): string => `2026-03-02T0${hour}:00:00Z`;

describe('ranges of time into one lake', () => {
  it('that meet bring every event once, in any order', async () => {
    const archive = await tenHours('meet');
    const lake = join(root, 'meet-lake');
    const options = { archive, lake, region, workers: 1 };
    expect((await convert({ ...options, from: at(3), to: at(6) })).events).toMatchObject({ written: 3, filtered: 7 });
    expect((await convert({ ...options, to: at(3) })).events).toMatchObject({ written: 3, filtered: 7 });
    expect((await convert({ ...options, from: at(6) })).events).toMatchObject({ written: 4, filtered: 6 });
    expect(await lakeUids(lake)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    // all of it is there now
    expect((await convert(options)).files).toMatchObject({ read: 0, known: 1 });
    expect((await convert({ ...options, from: at(1), to: at(8) })).files).toMatchObject({ read: 0, known: 1 });
  });

  it('that overlap are refused: some events would come twice', async () => {
    const archive = await tenHours('overlap');
    const lake = join(root, 'overlap-lake');
    const options = { archive, lake, region, workers: 1 };
    await convert({ ...options, to: at(5) });
    for (const range of [{}, { from: at(4) }, { from: at(4), to: at(6) }]) {
      const refused = { code: 'RANGE_OVERLAPS', exitCode: 2 };
      await expect(convert({ ...options, ...range })).rejects.toMatchObject(refused);
      await expect(dryRun({ ...options, ...range })).rejects.toMatchObject(refused);
    }
    expect((await lakeUids(lake)).length).toBe(5);
    expect((await dryRun({ ...options, from: at(5) })).files).toBe(1);
  });
});

describe('a lake inside its archive', () => {
  it('is not read as events', async () => {
    const folder = join(root, 'inside');
    await writeFiles(folder, { 'data/b/p.gz': gzipSync(Buffer.concat([soundLines('in', 4), Buffer.from('no event\n')])) });
    for (const [lake, work] of [
      [join(folder, 'lake'), undefined],
      [folder, undefined],
      [join(folder, 'lake2'), join(folder, 'state')],
    ] as const) {
      const options = { archive: folder, lake, region, workers: 1, ...(work === undefined ? {} : { work }) };
      expect((await convert(options)).events).toMatchObject({ read: 5, written: 4, quarantined: 1 });
      const again = await convert(options);
      expect(again.files).toMatchObject({ found: 1, known: 1, foreign: 0 });
      expect((await dryRun(options)).known).toBe(1);
      for (const place of ['ext', 'work', 'lake', 'lake2', 'state'])
        await rm(join(folder, place), { recursive: true, force: true });
    }
  });
});

describe('the same places in other words', () => {
  it('are the same lake', async () => {
    const archive = join(root, 'words');
    await writeFiles(archive, { 'data/01234567-89ab-cdef-0123-456789abcdef/p.gz': gzipSync(soundLines('one', 1)) });
    const lake = join(root, 'words-lake');
    await convert({ archive, lake, region, workers: 1 });
    for (const [other, same] of [
      [`${archive}/`, `${lake}/`],
      [pathToFileURL(archive).href, pathToFileURL(lake).href],
      [join(archive, 'data'), join(root, '.', 'words', '..', 'words-lake')],
    ] as const) {
      expect((await convert({ archive: other, lake: same, region, workers: 1 })).files).toMatchObject({ read: 0, known: 1 });
    }
    expect((await readdir(join(lake, 'work', 'ledger', 'lake'))).filter((name) => name.endsWith('.json'))).toHaveLength(1);
  });
});

describe('a replay', () => {
  it('takes a quarantine file once, also when it is mended again later', async () => {
    const noTime = (id: string) => processEvent(id, { timestamp: undefined, ProcessStartTime: undefined });
    const archive = await writeEvents(join(root, 'mend'), [processEvent('sound'), noTime('first'), noTime('second')]);
    const lake = join(root, 'mend-lake');
    await convert({ archive, lake, region, workers: 1 });
    const folder = join(lake, 'work', 'quarantine', 'lake');
    const mend = async (name: string, id: string) => {
      const text = gunzipSync(await readFile(join(folder, name))).toString();
      await writeFile(
        join(folder, name),
        gzipSync(text.replace(`\\"id\\":\\"${id}\\"`, `\\"id\\":\\"${id}\\",\\"timestamp\\":\\"1772409600000\\"`)),
      );
    };
    const [original] = await readdir(folder);
    await mend(original!, 'first');
    const options = { archive: folder, lake, region };
    expect((await replay(options)).events).toMatchObject({ read: 2, written: 1, quarantined: 1 });
    expect(await lakeUids(lake)).toEqual(['first', 'sound']);

    // the line that is left lies in a new file; mending the old one must not bring the first a second time
    await mend(original!, 'second');
    expect(await replay(options)).toMatchObject({ events: { read: 0 }, files: { known: 1 }, unchanged: 1 });
    const [rest] = (await readdir(folder)).filter((name) => name !== original);
    await mend(rest!, 'second');
    expect((await replay(options)).events).toMatchObject({ read: 1, written: 1 });
    expect(await lakeUids(lake)).toEqual(['first', 'second', 'sound']);
  });

  it('of lines too long to be kept whole leaves them where they are', async () => {
    const long = processEvent('long', { CommandLine: 'z'.repeat(5000) });
    const archive = await writeEvents(join(root, 'long'), [processEvent('sound'), long]);
    const lake = join(root, 'long-lake');
    expect((await convert({ archive, lake, region, workers: 1, maxLine: 2048 })).quarantine).toEqual({ 'line-too-long': 1 });
    const again = await replay({ archive: join(lake, 'work', 'quarantine'), lake, region });
    expect(again).toMatchObject({ unchanged: 1, events: { read: 0 } });
  });

  it('of a folder without quarantine files, or with broken ones, says so', async () => {
    const lake = join(root, 'nothing-lake');
    const folder = join(root, 'nothing');
    await mkdir(folder);
    await expect(replay({ archive: folder, lake, region })).rejects.toMatchObject({ code: 'ARCHIVE_NOT_FOUND' });
    await writeFile(join(folder, 'x.ndjson.gz'), gzipSync(linesOf(['{"not":"ours"}'])));
    await expect(replay({ archive: folder, lake, region })).rejects.toMatchObject({ code: 'QUARANTINE_BROKEN' });
  });
});
