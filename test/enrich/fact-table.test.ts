/** Facts as of a time, against an oracle that keeps every row. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { AIDMASTER } from '../../src/enrich/fact-feeds.js';
import { type FactTable, FactTableBuilder } from '../../src/enrich/fact-table.js';

const folder = mkdtempSync(join(tmpdir(), 'fact-table-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let tables = 0;

interface Fact {
  key: string;
  time: number;
  texts: (string | null)[];
}

const FIELDS = ['Name', 'Site'];

function tableOf(facts: readonly Fact[], bufferRows: number): FactTable {
  const builder = new FactTableBuilder(FIELDS, join(folder, String(tables++)), bufferRows);
  try {
    for (const { key, time, texts } of facts) {
      const bytes = Buffer.from(key);
      builder.add(bytes, bytes.length, time, (field, at) => {
        const text = texts[field];
        if (text === null || text === undefined) return false;
        at.bytes = Buffer.from(text);
        at.offset = 0;
        at.length = at.bytes.length;
        return true;
      });
    }
    return builder.build();
  } finally {
    builder.close();
  }
}

function asked(table: FactTable, key: string, time: number): { texts: (string | null)[]; isLater: boolean } | undefined {
  const bytes = Buffer.from(key);
  const row = table.find(bytes, 0, bytes.length, time);
  if (row < 0) return undefined;
  const texts = FIELDS.map((_, field) => {
    const at = { bytes: new Uint8Array(0), offset: 0, length: 0 };
    return table.text(row, field, at) ? Buffer.from(at.bytes.subarray(at.offset, at.offset + at.length)).toString() : null;
  });
  return { texts, isLater: table.isLater };
}

/** The latest row at or before the time, else the earliest after it; of several at one instant the last that came. */
function oracle(facts: readonly Fact[], key: string, time: number) {
  const own = facts.filter((fact) => fact.key === key);
  if (own.length === 0) return undefined;
  const before = own.filter((fact) => fact.time <= time);
  const instant = before.length > 0 ? Math.max(...before.map((fact) => fact.time)) : Math.min(...own.map((fact) => fact.time));
  return { texts: own.filter((fact) => fact.time === instant).at(-1)!.texts, isLater: before.length === 0 };
}

const fact = fc.record({
  key: fc.constantFrom('a', 'b', 'host-c', 'd'),
  time: fc.integer({ min: 0, max: 30 }),
  texts: fc.tuple(fc.option(fc.constantFrom('x', 'y', 'grün')), fc.option(fc.constantFrom('1', ''))),
});

// an empty buffer of 2 rows a partition goes through files; the other stays in memory
it.each([2, 65_536])('answers as an oracle that keeps every row, %i rows a buffer', (bufferRows) => {
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 120 }), (facts) => {
      const table = tableOf(facts, bufferRows);
      for (const key of ['a', 'b', 'host-c', 'd', 'nobody']) {
        for (let time = -1; time <= 31; time++) expect(asked(table, key, time)).toEqual(oracle(facts, key, time));
      }
    }),
    { seed: 1127, numRuns: 120 },
  );
});

it('keeps no version that says what the one before it said', () => {
  const at = (time: number, name: string): Fact => ({ key: 'a', time, texts: [name, null] });
  const table = tableOf([at(5, 'x'), at(1, 'x'), at(3, 'x'), at(9, 'y'), at(7, 'x'), at(11, 'x'), at(11, 'y')], 2);
  expect([...table.arrays.times]).toEqual([1, 9]);
});

it('is the same table whether memory or files held the rows', () => {
  const facts = Array.from(
    { length: 3000 },
    (_, i): Fact => ({ key: `h${i % 97}`, time: (i * 7919) % 1000, texts: [`n${(i * 31) % 5}`, null] }),
  );
  expect(tableOf(facts, 3).arrays).toEqual(tableOf(facts, 65_536).arrays);
});

it('takes about 130 bytes a host, and 12 and its texts for every later version', () => {
  const hosts = 20_000;
  const builder = new FactTableBuilder(AIDMASTER.fields, join(folder, String(tables++)));
  for (let day = 0; day < 3; day++) {
    for (let host = 0; host < hosts; host++) {
      const key = Buffer.from(host.toString(16).padStart(32, '0'));
      const row: Record<string, string> = {
        ComputerName: `WORKSTATION-${host}`,
        MachineDomain: 'corp.example',
        OU: 'Laptops',
        SiteName: `SITE-${host % 50}`,
        event_platform: 'Win',
        Version: 'Windows 11',
        ProductType: '1',
        SystemManufacturer: 'Example',
        SystemProductName: `Book ${host % 20}`,
      };
      builder.add(key, key.length, day * 86_400_000, (field, at) => {
        at.bytes = Buffer.from(row[AIDMASTER.fields[field]!] ?? '-');
        at.offset = 0;
        at.length = at.bytes.length;
        return true;
      });
    }
  }
  const { keys, first, versions, times, values, rows, texts } = builder.build().arrays;
  builder.close();
  expect(times.length).toBe(hosts);
  const size = [keys.heap, keys.ends, keys.slots, first, versions, times, values, rows, texts.heap, texts.ends]
    .map((array) => array.byteLength)
    .reduce((sum, bytes) => sum + bytes, 0);
  // key 32 + its end 4 + hash slots 8 to 16 + place of versions 8 + a version 12 + a row of its texts, 4 each + its own name and its end
  const row = 4 * AIDMASTER.fields.length;
  const name = 'WORKSTATION-12345'.length + 4;
  expect(size / hosts).toBeGreaterThan(32 + 4 + 8 + 8 + 12 + row + name - 8);
  expect(size / hosts).toBeLessThan(32 + 4 + 16 + 8 + 12 + row + name + 8);
});
