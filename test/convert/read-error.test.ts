/** A store that fails while a unit is read fails the unit, in whichever pass: another attempt then gives the rows that it would have given. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenRoom, openRoom } from '../../src/convert/conversion-room.js';
import { loadCompiled } from '../../src/convert/definitions.js';
import { fillOptions } from '../../src/convert/options.js';
import { newProgress } from '../../src/convert/shared-progress.js';
import { snapshot } from '../../src/convert/snapshot.js';
import { convertUnit, type PlannedFile } from '../../src/convert/unit-converter.js';
import { loadSnapshot } from '../../src/enrich/snapshot-place.js';
import { LocalStore } from '../../src/store/local.js';
import type { ObjectInfo, ObjectStore } from '../../src/store/store.js';
import { linesOf, processEvent, writeFiles } from './made-archive.js';

const KEY = 'data/batch/part-00000.gz';
let folder: string;
let room: OpenRoom;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-read-error-'));
  const archive = join(folder, 'archive');
  const work = join(folder, 'work');
  await writeFiles(archive, { [KEY]: gzipSync(linesOf([processEvent('one'), processEvent('two')])) });
  const { id } = await snapshot({ archive, work });
  const options = fillOptions({ archive, work, lake: join(folder, 'lake'), region: 'eu-central-1', enrich: id });
  room = await openRoom({
    mapping: loadCompiled('1.2.0').mapping,
    options,
    productVersion: '0',
    lakeId: 'lake',
    workUri: work,
    workFolder: work,
    identity: {},
    progress: newProgress(),
    snapshot: await loadSnapshot(new LocalStore(work), archive, id),
  });
});
afterAll(async () => {
  room.writer.close();
  await rm(folder, { recursive: true, force: true });
});

/** Converts the file while the archive's `failing`-th reading breaks off after ten bytes; 0: none does. */
async function convertWith(failing: number) {
  const { archive } = room;
  let reads = 0;
  const read: ObjectStore['read'] = async (key, options) => {
    const whole = await archive.read(key, options);
    if (++reads !== failing) return whole;
    return Readable.from(
      (async function* () {
        for await (const chunk of whole) {
          yield (chunk as Buffer).subarray(0, 10);
          throw new Error('the line is cut');
        }
      })(),
    );
  };
  const infos: ObjectInfo[] = [];
  for await (const info of archive.list(KEY)) infos.push(info);
  const [info] = infos;
  const file: PlannedFile = { key: KEY, canonicalKey: KEY, size: info!.size, etag: await archive.etag(info!), feed: 'events' };
  const unread = new Proxy(archive, {
    get: (store, name) => (name === 'read' ? read : Reflect.get(store, name, store)),
  });
  const tools = { ...room, archive: unread, signal: new AbortController().signal, onProgress: () => {} };
  return convertUnit(tools, 'f'.repeat(32), [file], join(folder, `scratch-${failing}`));
}

it('whole, the unit is read twice and gives its rows', async () => {
  expect((await convertWith(0)).outcomes).toEqual({ read: 2, written: 2, quarantined: 0, duplicate: 0, filtered: 0 });
  expect((await convertWith(3)).outcomes.written).toBe(2);
});

it.each([
  ['processes are learned', 1],
  ['events are converted', 2],
])('while %s', async (_, failing) => {
  await expect(convertWith(failing)).rejects.toThrow('the line is cut');
});
