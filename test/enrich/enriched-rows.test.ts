/**
 * A sample archive plain and enriched, row by row: they differ only in what facts may fill, what the event said itself stands, every
 * row is valid, and what was filled is what a naive reading of the archive says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SECONDARY_FEEDS } from '../../src/archive/feed.js';
import type { SnapshotTables } from '../../src/enrich/snapshot-file.js';
import { LATER_MARK } from '../../src/normalize/facts.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import { writeSample } from '../../src/sample/sample.js';
import { openStore } from '../../src/store/open.js';
import type { Row } from '../normalize/rows.js';
import { eventLines, inflate, isFeedFile, linesOf, listFiles } from '../sample/read-sample.js';
import { expectValid, HAS_REFEREE } from '../support/referee.js';
import { differences } from './differences.js';
import { convertLines, type Line, snapshotOf } from './enriched.js';

const LONG = 120_000;
/** What facts may fill. */
const PLACES = /^(device|actor\.user|actor\.process|process\.parent_process)\./;
const MARK = `unmapped.${LATER_MARK}`;

let tables: SnapshotTables;
const texts = new Map<string | undefined, string>();
let events: Line[];
let hosts: Line[];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'falconry-enriched-'));
  try {
    const archive = join(folder, 'archive');
    await writeSample({ directory: archive, events: 2500, hosts: 30, days: 2, seed: 31 });
    ({ tables } = await snapshotOf(await openStore(archive, {})));
    const lines = eventLines(archive);
    texts.set(undefined, `${lines.join('\n')}\n`);
    for (const feed of SECONDARY_FEEDS) {
      const files = listFiles(archive).filter((path) => isFeedFile(path) && path.includes(`/${feed}/`));
      texts.set(feed, files.map((path) => inflate(archive, path).toString()).join(''));
    }
    events = lines.map((line) => JSON.parse(line) as Line);
    hosts = linesOf(Buffer.from(texts.get('aidmaster')!)).map((line) => JSON.parse(line) as Line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, LONG);

describe.each(OCSF_VERSIONS)('OCSF %s', (version) => {
  let pairs: { plain: Row; enriched: Row; line: Line | undefined }[];

  beforeAll(() => {
    pairs = [...texts].flatMap(([feed, text]) => {
      const plain = convertLines(version, text, { ...(feed && { feed }) });
      const enriched = convertLines(version, text, { tables, ...(feed && { feed }) });
      expect(enriched.outcomes).toEqual(plain.outcomes);
      expect(enriched.rows.length).toBe(plain.rows.length);
      return plain.rows.map((row, i) => ({
        plain: row,
        enriched: enriched.rows[i]!,
        line: feed === undefined ? events[i] : undefined,
      }));
    });
  }, LONG);

  it('fills only what the event leaves empty, in the places of facts, and the observables of that', () => {
    const filled = new Set<string>();
    for (const { plain, enriched } of pairs) {
      const { observables: before, ...plainRest } = plain;
      const { observables: after, ...rest } = enriched;
      const added: string[] = [];
      for (const { path, plain: was, enriched: is } of differences(plainRest, rest)) {
        if (path === MARK) continue;
        expect(path).toMatch(PLACES);
        // Unknown is what stands where the event says nothing of a required type
        if (was !== undefined)
          expect([0, 'Unknown'], `${path}: ${JSON.stringify(was)} became ${JSON.stringify(is)}`).toContain(was);
        expect(is, path).not.toBeUndefined();
        added.push(path);
        filled.add(path.replace(/\[\d+\]/g, ''));
      }
      const known = new Map(((before ?? []) as Row[]).map((one) => [one.name, one]));
      const more = ((after ?? []) as Row[]).filter(({ name }) => !known.has(name));
      expect(((after ?? []) as Row[]).filter(({ name }) => known.has(name))).toEqual(before ?? []);
      for (const { name } of more) expect(added).toContain(name);
    }
    expect([...filled].sort()).toEqual(
      expect.arrayContaining([
        'actor.process.cmd_line',
        'actor.process.file.hashes.value',
        'actor.process.file.path',
        'actor.process.name',
        'actor.process.parent_process.uid',
        'actor.process.parent_process.cmd_line',
        'actor.user.name',
        'device.desc',
        'device.domain',
        'device.groups.name',
        'device.hostname',
        'device.os.version',
        'device.zone',
        'process.parent_process.cmd_line',
        'process.parent_process.file.hashes.value',
      ]),
    );
  });

  it('makes valid rows', () => {
    const validator = new Validator(ocsfSchema(version));
    const findings = pairs.flatMap(({ enriched }) =>
      validator.validate(enriched).map((finding) => ({ event: (enriched.metadata as Row).event_code, ...finding })),
    );
    expect(findings).toEqual([]);
  });

  it.skipIf(!HAS_REFEREE)('passes the outside referee', () => {
    expectValid(pairs.map(({ enriched }) => JSON.stringify(enriched)));
  });

  it('says of hosts and processes what a naive reading says', () => {
    const rollups = new Map<string, Line>();
    for (const event of events) {
      const key = `${event.aid} ${event.TargetProcessId}`;
      if (/^(Synthetic)?ProcessRollup2$/.test(String(event.event_simpleName)) && !rollups.has(key)) rollups.set(key, event);
    }
    let named = 0;
    let commanded = 0;
    for (const { plain, enriched, line } of pairs) {
      if (line === undefined) continue;
      const before = plain.device as Row | undefined;
      const device = enriched.device as Row | undefined;
      if (device?.uid !== undefined && before?.hostname === undefined) {
        const own = hosts.filter(({ aid }) => aid === device.uid).map((row) => ({ row, ms: Number(row.Time) * 1000 }));
        const past = own.filter(({ ms }) => Math.floor(ms) <= Number(enriched.time)).sort((a, b) => b.ms - a.ms)[0];
        const first = [...own].sort((a, b) => a.ms - b.ms)[0];
        const wanted = (past ?? first)?.row;
        expect(device.hostname).toBe(wanted?.ComputerName);
        expect(String((enriched.unmapped as Row | undefined)?.[LATER_MARK] ?? '').includes('device')).toBe(
          past === undefined && wanted !== undefined,
        );
        if (wanted !== undefined) named++;
      }
      const process = (enriched.actor as Row | undefined)?.process as Row | undefined;
      const own = ((plain.actor as Row | undefined)?.process as Row | undefined)?.cmd_line;
      if (process?.uid === undefined || own !== undefined) continue;
      const rollup = rollups.get(`${line.aid} ${process.uid}`);
      const told = rollup?.CommandLine === '' ? undefined : rollup?.CommandLine;
      expect(process.cmd_line).toBe(told);
      if (told !== undefined) commanded++;
    }
    expect(named).toBeGreaterThan(500);
    expect(commanded).toBeGreaterThan(500);
  });
});
