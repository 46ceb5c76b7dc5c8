/** The bench compares only what does the same work: its peers leave the rows that Falconry leaves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeArchive } from '../../bench/archive.js';
import { compareLakes } from '../../bench/equality.js';
import { convertWithObjects } from '../../bench/peers/json/json-peer.js';
import { convertWithSql } from '../../bench/peers/sql/sql-peer.js';
import { convert } from '../../dist/src/convert/convert.js';

const EVENTS = 3000;
const PARQUET = { rowGroupRows: 40_960, compressionLevel: 1 };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-peers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('row by row, and in number', async () => {
  const { folder: archive, events } = await makeArchive(join(folder, 'archive'), EVENTS, false);
  const [lake, sql, json] = ['lake', 'sql', 'json'].map((name) => join(folder, name)) as [string, string, string];
  const { events: outcomes } = await convert({ archive, lake, region: 'eu-central-1', workers: 1, ...PARQUET });
  expect(outcomes).toMatchObject({ read: events, written: events });
  expect(await convertWithSql({ archive, target: sql, threads: 1, ...PARQUET })).toBe(events);
  expect(await convertWithObjects({ archive, target: json, ...PARQUET })).toBe(events);

  const compared = await compareLakes(lake, { sql, json });
  expect(compared.map(({ peer, class: name }) => `${peer} ${name}`)).toEqual(
    ['sql', 'json'].flatMap((peer) => ['process_activity', 'network_activity', 'dns_activity'].map((name) => `${peer} ${name}`)),
  );
  for (const each of compared) {
    expect(each.rows).toBeGreaterThan(EVENTS / 50);
    expect(each).toMatchObject({ onlyFalconry: 0, onlyPeer: 0, equal: true });
  }
}, 300_000);
