/** Blocks, windows and units: where lines are cut apart, and what was there before, must not change a row. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_ROWS } from '../../src/normalize/batch.js';
import { Normalizer, type Outcomes, type QuarantinedLine } from '../../src/normalize/normalizer.js';
import type { RouterOptions } from '../../src/normalize/router.js';
import { randomNumbers } from '../ocsf/random-event.js';
import { LineMaker } from '../scan/random-line.js';
import { EventMaker } from './random-events.js';
import { type PlacedRow, rowsAsRead, rowsOf } from './rows.js';
import { blockOf, compiled, noOutcomes, schemas, shipped } from './shipped.js';

const SEED = 19_700_101;
console.log(`window: seed ${SEED}`);

const mapping = compiled();

interface Result {
  rows: PlacedRow[];
  outcomes: Outcomes;
  quarantined: { reason: string; line: number; offset: number; bytes: string }[];
  invalid: [string, number][];
  unknown: [string, number][];
}

/** What becomes of lines that come in blocks of the given sizes (in lines). */
function convert(normalizer: Normalizer, lines: readonly Uint8Array[], sizes: readonly number[]): Result {
  const outcomes = noOutcomes();
  const quarantined: Result['quarantined'] = [];
  const onQuarantine = ({ reason, line, offset, bytes }: QuarantinedLine) =>
    quarantined.push({ reason, line, offset, bytes: Buffer.from(bytes).toString('latin1') });
  let at = 0;
  let offset = 0;
  for (let i = 0; at < lines.length; i++) {
    const some = lines.slice(at, at + sizes[i % sizes.length]!);
    const block = blockOf(some, at + 1, offset);
    // blocks come in a buffer: what lies behind the lines is of another block
    const bytes = new Uint8Array(block.length + 100).fill(0x22);
    bytes.set(block.bytes);
    normalizer.add({ ...block, bytes }, outcomes, onQuarantine);
    at += some.length;
    offset += block.length;
  }
  return {
    rows: rowsAsRead(normalizer),
    outcomes,
    quarantined,
    invalid: [...normalizer.invalid].sort(),
    unknown: [...normalizer.unknown].sort(),
  };
}

const events = (seed: number, count: number): Buffer[] => {
  const random = randomNumbers(seed);
  const maker = new EventMaker(random, shipped, schemas[0]!);
  const damaged = new LineMaker(random);
  return Array.from({ length: count }, () => {
    const kind = random();
    if (kind < 0.02) return Buffer.from(damaged.line());
    if (kind < 0.03) return Buffer.from(['', '  ', '\t\r', '{}', '[]', 'x'][Math.floor(random() * 6)]!);
    const line = maker.line();
    if (kind < 0.06) return Buffer.from(line.replace('"aid"', '"\xff": "\xfe", "aid"'), 'latin1');
    return Buffer.from(kind < 0.1 ? `${line}\r` : line);
  });
};

const normalizer = (options: Partial<RouterOptions> = {}) => {
  const made = new Normalizer(mapping, { dedupe: false, ...options });
  made.startUnit();
  return made;
};

test('rows, counts and quarantine are the same however the lines are cut into blocks', () => {
  const one = normalizer();
  const other = normalizer();
  const cuts = fc.tuple(fc.integer(), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }));
  fc.assert(
    fc.property(cuts, ([seed, sizes]) => {
      const lines = events(seed, 150);
      one.startUnit();
      other.startUnit();
      const whole = convert(one, lines, [lines.length]);
      expect(convert(other, lines, sizes)).toEqual(whole);
      const { outcomes, quarantined, rows } = whole;
      const blank = lines.filter((line) => /^[ \t\r]*$/.test(line.toString('latin1'))).length;
      expect(outcomes.read).toBe(lines.length - blank);
      expect(outcomes).toEqual({
        read: lines.length - blank,
        written: rows.length,
        quarantined: quarantined.length,
        duplicate: 0,
        filtered: 0,
      });
      for (const { line, bytes, offset } of quarantined) {
        expect(bytes).toBe(lines[line - 1]!.toString('latin1'));
        expect(offset).toBe(lines.slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, 0));
      }
    }),
    { seed: SEED, numRuns: 25 },
  );
});

test('one line with invalid UTF-8 in a block changes no other row', () => {
  const lines = events(5, 300).filter((line) => !line.toString('latin1').includes('\xff'));
  const with_ = [
    ...lines.slice(0, 100),
    Buffer.from('{"event_simpleName":"X","id":"bad","timestamp":"1718001381217","é":"\xff"}', 'latin1'),
    ...lines.slice(100),
  ];
  const plain = convert(normalizer(), lines, [1000]);
  const mixed = convert(normalizer(), with_, [1000]);
  const at = mixed.rows.findIndex(({ row }) => (row.metadata as { uid?: string }).uid === 'bad');
  expect(mixed.rows[at]!.row.unmapped).toEqual(
    new Map([
      ['\ufffd', '\ufffd'],
      ['\ufffd#base64', Buffer.from('\xff', 'latin1').toString('base64')],
      ['\ufffd#name#base64', Buffer.from('\xe9', 'latin1').toString('base64')],
    ]),
  );
  expect(mixed.rows.toSpliced(at, 1)).toEqual(plain.rows);
});

test('a window after a reset, and a unit after another, start from nothing', () => {
  const used = normalizer();
  convert(used, events(1, 3000), [700]);
  used.reset();
  const second = events(2, 400);
  const fresh = convert(normalizer(), second, [90]);
  expect(convert(used, second, [90]).rows).toEqual(fresh.rows);
  used.startUnit();
  expect(convert(used, second, [90])).toEqual(fresh);
  expect(fresh.unknown).toContainEqual(['NeverHeardOf', expect.any(Number)]);
});

test('a batch leaves nothing in the next one, larger or smaller, of the same class', () => {
  const used = normalizer();
  const all = events(3, 6000);
  convert(used, all, [1000]);
  for (const [seed, count] of [
    [11, 40],
    [12, 5000],
    [13, 1],
    [14, 300],
  ] as const) {
    used.reset();
    const lines = events(seed, count);
    expect(convert(used, lines, [500]).rows).toEqual(convert(normalizer(), lines, [500]).rows);
  }
});

test('a batch has at most 2,048 rows, and all of a group come in order of time and uid', () => {
  const { rows, normalizer: filled } = many(5000);
  const [{ group, order } = { group: undefined, order: undefined }] = filled
    .sortedGroups()
    .sort((a, b) => b.order.length - a.order.length);
  const sizes: number[] = [];
  const keys: string[] = [];
  for (let start = 0; start < order!.length; ) {
    const batch = filled.batch(group!, order!, start);
    sizes.push(batch.rows);
    for (const row of rowsOf(batch)) keys.push(`${row.time} ${(row.metadata as { uid: string }).uid}`);
    start += batch.rows;
  }
  expect(sizes).toEqual([BATCH_ROWS, BATCH_ROWS, 5000 - 2 * BATCH_ROWS]);
  expect(keys).toEqual(keys.toSorted());
  expect(rows.length).toBe(5000);
});

/** Events of one class and day, many with the same time. */
function many(count: number) {
  const random = randomNumbers(9);
  const lines = Array.from({ length: count }, (_, i) => {
    const uid = `u${String(Math.floor(random() * 1e6)).padStart(7, '0')}-${i}`;
    return Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"${uid}","timestamp":"${1718001381217 + Math.floor(random() * 200)}","DomainName":"h${i}.example"}`,
    );
  });
  const filled = normalizer();
  return { normalizer: filled, rows: convert(filled, lines, [count]).rows };
}

test('rows that only their place tells apart keep it', () => {
  const line = (text: string) =>
    Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"same","timestamp":"1718001381217","DomainName":"${text}"}`,
    );
  const filled = normalizer();
  convert(filled, ['c', 'a', 'b'].map(line), [2]);
  const [{ group, order } = { group: undefined, order: undefined }] = filled.sortedGroups();
  expect(rowsOf(filled.batch(group!, order!, 0)).map((row) => (row.query as { hostname: string }).hostname)).toEqual([
    'c',
    'a',
    'b',
  ]);
});

describe('a dictionary that is full', () => {
  const line = (i: number) =>
    Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"id-${i}","timestamp":"1718001381217","DomainName":"h${i}","Own key ${i}":"value \\u00e9 ${i}","x${i}":""}`,
    );

  test('keys beyond its room stand in unmapped all the same', () => {
    const lines = Array.from({ length: 45_000 }, (_, i) => line(i));
    const filled = normalizer();
    const { rows, outcomes } = convert(filled, lines, [1000]);
    expect(filled.router.fields.size).toBe(65_536);
    expect(outcomes).toEqual({ read: 45_000, written: 45_000, quarantined: 0, duplicate: 0, filtered: 0 });
    rows.forEach(({ row }, i) => {
      expect(row.unmapped).toEqual(
        new Map([
          [`Own key ${i}`, `value é ${i}`],
          [`x${i}`, ''],
        ]),
      );
      expect((row.query as { hostname: string }).hostname).toBe(`h${i}`);
    });
    filled.reset();
    const later = events(21, 500);
    expect(convert(filled, later, [100]).rows).toEqual(convert(normalizer(), later, [100]).rows);
  });

  test('event types beyond its room are counted together', () => {
    const filled = normalizer();
    const lines = Array.from({ length: 61_000 }, (_, i) =>
      Buffer.from(`{"event_simpleName":"Type${i}","id":"${i}","timestamp":"1718001381217"}`),
    );
    const { unknown, rows } = convert(filled, lines, [5000]);
    expect(unknown.reduce((sum, [, count]) => sum + count, 0)).toBe(61_000);
    expect(new Map(unknown).get('(other)')).toBe(61_000 - (60_000 - filled.router.known));
    expect(rows.every(({ row }, i) => (row.metadata as { event_code: string }).event_code === `Type${i}`)).toBe(true);
  });
});

test('tenants and days are groups of their own', () => {
  const line = (cid: string, time: string) =>
    Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"a","timestamp":"${time}","cid":"${cid}","DomainName":"h"}`,
    );
  const filled = normalizer();
  convert(
    filled,
    [
      line('a', '1718001381217'),
      line('b', '1718001381217'),
      line('a', '1718087781217'),
      line('-', '1718001381217'),
      line('a', '1718001381218'),
    ],
    [5],
  );
  expect(filled.sortedGroups().map(({ group, order }) => [group.tenant, group.day, order.length])).toEqual([
    ['a', 19884, 2],
    ['b', 19884, 1],
    ['a', 19885, 1],
    ['', 19884, 1],
  ]);
});

test('from and to filter by the event’s time, to excluded', () => {
  const line = (ms: number) =>
    Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"${ms}","timestamp":"${ms}","DomainName":"a\\u0062"}`,
    );
  const [from, to] = [1718001381217, 1718001381300];
  const { rows, outcomes } = convert(normalizer({ from, to }), [from - 1, from, to - 1, to].map(line), [2]);
  expect(rows.map(({ row }) => row.time)).toEqual([from, to - 1]);
  expect(outcomes).toEqual({ read: 4, written: 2, quarantined: 0, duplicate: 0, filtered: 2 });
});

test('dedupe keeps the first of cid, aid and id, across windows, until the next unit', () => {
  const line = (cid: string, aid: string, id: string, host: string) =>
    Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1",${id}"cid":"${cid}","aid":"${aid}","timestamp":"1718001381217","DomainName":"${host}"}`,
    );
  const lines = [
    line('c', 'a', '"id":"1",', 'first'),
    line('c', 'a', '"id":"1",', 'again'),
    line('c', 'b', '"id":"1",', 'other'),
    line('ca', '', '"id":"1",', 'x'),
    line('c', 'a', '', 'no id'),
    line('c', 'a', '', 'no id'),
  ];
  const filled = normalizer({ dedupe: true });
  const first = convert(filled, lines, [2]);
  expect(first.rows.map(({ row }) => (row.query as { hostname: string }).hostname)).toEqual(['first', 'other', 'x', 'no id']);
  expect(first.outcomes).toEqual({ read: 6, written: 4, quarantined: 0, duplicate: 2, filtered: 0 });
  filled.reset();
  expect(convert(filled, lines, [6]).outcomes).toMatchObject({ written: 0, duplicate: 6 });
  filled.startUnit();
  expect(convert(filled, lines, [6]).outcomes).toMatchObject({ written: 4, duplicate: 2 });
});

describe('a line that is asked for again', () => {
  test('has not been changed by the first look: escapes before an escaped cid', () => {
    const line =
      '{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"1","timestamp":"1718001381217","DomainName":"a\\n\\u00e9\\\\b","cid":"\\u0041bc","x":"\\t"}';
    const { rows, quarantined } = convert(normalizer(), [Buffer.from(line)], [1]);
    expect(quarantined).toEqual([]);
    expect(rows[0]).toMatchObject({ tenant: 'Abc', row: { query: { hostname: 'a\né\\b' }, unmapped: new Map([['x', '\t']]) } });
  });

  test('goes to quarantine as it was', () => {
    const lines = [
      '{"DomainName":"a\\n\\u00e9","cid":"\\u0041"}',
      '{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","id":"1","DomainName":"a\\n","timestamp":"never"}',
    ];
    const { quarantined } = convert(
      normalizer(),
      lines.map((line) => Buffer.from(line)),
      [2],
    );
    expect(quarantined.map(({ reason, bytes }) => [reason, bytes])).toEqual([
      ['no-event-type', lines[0]],
      ['no-time', lines[1]],
    ]);
  });
});

test('an event without an id gets a hash of its line: the same in any block, another for another line', () => {
  const line = (tail: string) =>
    Buffer.from(
      `{"event_simpleName":"DnsRequest","LocalAddressIP4":"10.0.0.1","timestamp":"1718001381217","DomainName":"h"${tail}}`,
    );
  const uids = (lines: Buffer[], size: number) =>
    convert(normalizer(), lines, [size]).rows.map(({ row }) => (row.metadata as { uid: string }).uid);
  const lines = [line(''), line(',"id":""'), line(',"id":"-"'), line(',"id":null'), line(''), line(' ')];
  const found = uids(lines, 1);
  expect(found).toEqual(uids(lines, 6));
  expect(found[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(found[4]).toBe(found[0]);
  expect(new Set(found).size).toBe(5);
});

test('values that attributes cannot hold are counted once an event, by type and field', () => {
  const line = (port: string) =>
    Buffer.from(
      `{"event_simpleName":"NetworkConnectIP4","ConnectionDirection":"0","LocalAddressIP4":"10.0.0.1","id":"1","timestamp":"1718001381217","RemoteAddressIP4":"198.51.100.7","RemotePort":"${port}"}`,
    );
  const { invalid, rows } = convert(normalizer(), ['443', '99999', 'x', '-', ''].map(line), [5]);
  expect(invalid).toEqual([['NetworkConnectIP4.RemotePort', 2]]);
  expect(rows.map(({ row }) => (row.unmapped as Map<string, string> | undefined)?.get('RemotePort'))).toEqual([
    undefined,
    '99999',
    'x',
    undefined,
    undefined,
  ]);
});

test('a block that does not end in a newline is refused', () => {
  const bytes = Buffer.from('{"a":1}');
  expect(() => normalizer().add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, noOutcomes(), () => {})).toThrow(
    'newline',
  );
});
