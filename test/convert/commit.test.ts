/** A committed unit that several publish at once: whatever the order of their requests, its objects are in the lake. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommitPlace, publishUnit } from '../../src/convert/commit.js';
import { attemptPrefix, type Ledger, publishedKey, quarantineKey } from '../../src/convert/ledger.js';
import { openLakePlace } from '../../src/convert/places.js';
import { readText } from '../../src/store/read-text.js';
import type { ObjectStore } from '../../src/store/store.js';
import { resetBody, type S3Server } from '../support/s3-server.js';
import { REGION, S3_ENV, s3Options, startS3 } from './s3-places.js';

Object.assign(process.env, S3_ENV);

const UNIT = 'ab'.repeat(16);
const KEYS = ['region=x/eventDay=20260302/one.parquet', 'region=x/eventDay=20260302/two.parquet'];
const BYTES = 'staged'.repeat(1500);

let folder: string;
let server: S3Server;
let ledger: Ledger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-commit-'));
  server = await startS3();
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** As a conversion of its own process opens it; a unit of two objects and quarantined lines is committed there. */
const PLACES: Record<string, () => Promise<CommitPlace>> = {
  'on S3': () => openLakePlace({ ...s3Options(server), region: REGION }),
  'in a folder': () => openLakePlace({ lake: join(folder, 'lake') }),
};

async function commit({ lakeId, work, workFolder }: CommitPlace): Promise<void> {
  const staged = (name: string) => `${attemptPrefix(lakeId, UNIT, 'attempt')}${name}`;
  const names = [...KEYS.keys()].map((index) => staged(`${index}.parquet`));
  const quarantine = { key: quarantineKey(lakeId, UNIT), staged: staged('quarantine.gz'), bytes: BYTES.length };
  for (const key of [...names, quarantine.staged]) {
    if (workFolder === undefined) await work.write(key, BYTES);
    else {
      await mkdir(dirname(join(workFolder, key)), { recursive: true });
      await writeFile(join(workFolder, key), BYTES);
    }
  }
  const objects = KEYS.map((key, index) => ({ key, staged: names[index], bytes: BYTES.length }));
  ledger = { unit: UNIT, objects, quarantineFile: quarantine } as unknown as Ledger;
}

async function expectPublished({ lakeId, work, lake }: CommitPlace): Promise<void> {
  for (const key of KEYS) expect(await readText(lake, key), key).toBe(BYTES);
  expect(await readText(work, quarantineKey(lakeId, UNIT))).toBe(BYTES);
  expect(await work.head(publishedKey(lakeId, UNIT))).toBeDefined();
}

/** The place as one publisher sees it to whom something happens before his `at`-th request. */
function disturbed(place: CommitPlace, at: number, happens: () => Promise<void>): { place: CommitPlace; asked: () => number } {
  let asked = 0;
  const store = (own: ObjectStore): ObjectStore =>
    new Proxy(own, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        const before = async () => {
          if (asked++ === at) await happens();
        };
        if (name !== 'list') return (...args: unknown[]) => before().then(() => Reflect.apply(method, target, args) as unknown);
        return async function* (...args: unknown[]) {
          await before();
          yield* Reflect.apply(method, target, args) as AsyncIterable<unknown>;
        };
      },
    });
  return { place: { ...place, work: store(place.work), lake: store(place.lake) }, asked: () => asked };
}

describe.each(Object.entries(PLACES))('a unit %s', (_, open) => {
  it('is published, whoever else publishes it before any request', async () => {
    const one = await open();
    await commit(one);
    const counted = disturbed(one, -1, async () => {});
    await publishUnit(counted.place, ledger, undefined);
    await expectPublished(one);
    const requests = counted.asked();
    expect(requests).toBeGreaterThan(3);

    for (let at = 0; at < requests; at++) {
      for (const key of KEYS) await one.lake.delete(key);
      for (const key of [quarantineKey(one.lakeId, UNIT), publishedKey(one.lakeId, UNIT)]) await one.work.delete(key);
      await commit(one);
      const other = await open();
      let happened = 0;
      const { place } = disturbed(one, at, async () => {
        happened++;
        await publishUnit(other, ledger, undefined);
      });
      await publishUnit(place, ledger, undefined);
      expect(happened, `at ${at}`).toBe(1);
      await expectPublished(one);
    }
  });

  it('whose staged objects are gone, with no mark of another, is said to be lost', async () => {
    const place = await open();
    await commit(place);
    if (place.workFolder === undefined) await place.work.delete(ledger.objects[1]!.staged);
    else await rm(join(place.workFolder, ledger.objects[1]!.staged));
    await expect(publishUnit(place, ledger, undefined)).rejects.toMatchObject({ code: 'STAGING_LOST' });
    expect(await place.work.head(publishedKey(place.lakeId, UNIT))).toBeUndefined();
  });
});

it('publishes where the connection breaks within an object that another then has published and cleared', async () => {
  const place = await PLACES['on S3']!();
  await commit(place);
  const { staged } = ledger.objects[0]!;
  server.faults.add({ fault: resetBody(100), operation: 'GetObject', key: new RegExp(`${staged}$`), times: 1 });
  const other = await PLACES['on S3']!();
  const read = place.work.read.bind(place.work);
  place.work.read = async (key, options) => {
    const body = await read(key, options);
    if (key === staged) await publishUnit(other, ledger, undefined);
    return body;
  };
  await publishUnit(place, ledger, undefined);
  expect(server.faults.struck).toBe(1);
  await expectPublished(place);
});
