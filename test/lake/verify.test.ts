/** Every rule of `verify` fires on a lake that breaks it, and on nothing else; a sound lake has no findings. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METADATA_KEYS } from '../../src/lake/partition.js';
import { type VerifyOptions, type VerifyReport, verifyLake } from '../../src/lake/verify.js';
import { LAKE_RULES, type LakeExample } from '../../src/lake/verify-findings.js';
import { LocalStore } from '../../src/store/local.js';
import {
  baseRow,
  DAY_START,
  LakeFixture,
  layouts,
  type ObjectSpec,
  PARTITION,
  processRow,
  type Row,
  rowsOf,
  timeOf,
} from './lake-fixture.js';

let lake: LakeFixture;

beforeEach(async () => {
  lake = await LakeFixture.make();
});
afterEach(() => lake.remove());

function verify(options: Partial<VerifyOptions> = {}): Promise<VerifyReport> {
  return verifyLake(new LocalStore(lake.folder), { layouts: layouts(), threads: 1, scratch: lake.folder, ...options });
}

/** Rules and counts, as `{rule: count}`. */
function counts({ findings }: VerifyReport): Record<string, number> {
  return Object.fromEntries(findings.map(({ rule, count }) => [rule, count]));
}

/** Three valid rows, the one at `index` changed. */
function changed(index: number, change: Row, count = 3): Row[] {
  return rowsOf(count).map((row, i) => (i === index ? { ...row, ...change } : row));
}

const nested = (row: Row, name: string, change: Row): Row => ({ [name]: { ...(row[name] as Row), ...change } });

describe('a sound lake', () => {
  it('has no findings, and its report adds up', async () => {
    const [process, base] = layouts();
    await lake.write({ name: 'a', rows: rowsOf(5000), rowGroupRows: 2048 });
    await lake.write({
      name: 'b',
      partition: { eventDay: '20240611' },
      rows: [{ ...processRow(9000), ...timeOf(DAY_START + 86_400_000) }],
    });
    await lake.write({ partition: { source: 'fdr12_base_event' }, layout: base!, rows: rowsOf(2, baseRow) });
    const progress: number[] = [];
    const report = await verifyLake(new LocalStore(lake.folder), { layouts: layouts() }, (p) =>
      progress.push(p.objects, p.totalObjects),
    );
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ objects: 3, rows: 5003, rowsValidated: 5003, offences: 0, warnings: 0, duplicates: 0 });
    expect(report.sources).toMatchObject({
      fdr12_base_event: { class: 'base_event', version: '1.2.0', objects: 1, rows: 2, days: 1, firstDay: '20240610' },
      fdr12_process: { class: process!.class, objects: 2, rows: 5001, days: 2, firstDay: '20240610', lastDay: '20240611' },
    });
    const sums = Object.values(report.sources).reduce((sum, { rows, bytes }) => [sum[0]! + rows, sum[1]! + bytes], [0, 0]);
    expect(sums).toEqual([report.rows, report.bytes]);
    expect(report.largestRowGroupBytes).toBeGreaterThan(0);
    expect(progress).toEqual([1, 3, 2, 3, 3, 3]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('may hold objects of an older layout, with fewer columns at its ends', async () => {
    const older = structuredClone(layouts()[0]!);
    older.columns.pop();
    older.columns.find(({ name }) => name === 'process')!.children!.pop();
    await lake.write({ layout: older, rows: rowsOf(2).map(({ unmapped: _, ...row }) => row) });
    expect(counts(await verify())).toEqual({});
  });

  it('may hold 64-bit integers that no JavaScript number can', async () => {
    const size = '9223372036854775807';
    const rows = rowsOf(2).map((row) => ({ ...row, big: size }));
    const columns = layouts()[0]!.columns;
    const select = columns.map(({ name }) =>
      name === 'process' ? `struct_update(process, file := struct_update(process.file, size := ${size})) AS process` : name,
    );
    await lake.write({ rows, select: select.join(', ') });
    expect(counts(await verify())).toEqual({});
  });

  it('is found in another folder than one DuckDB could take for a pattern', async () => {
    await lake.write({ key: `odd [1]*?/ext/fdr12_process/region=eu-central-1/accountId=external/eventDay=20240610/a.parquet` });
    const report = await verifyLake(new LocalStore(`${lake.folder}/odd [1]*?`), { layouts: layouts() });
    expect(report).toMatchObject({ objects: 1, rows: 3, rowsValidated: 3, findings: [] });
  });
});

describe('filters', () => {
  beforeEach(async () => {
    await lake.write();
    await lake.write({ partition: { eventDay: '20240611' }, rows: [{ ...processRow(1), ...timeOf(DAY_START + 86_400_000) }] });
    await lake.write({ partition: { source: 'other' }, codec: 'gzip' });
  });

  it('choose a source and a day', async () => {
    expect(await verify({ source: 'fdr12_process', day: '20240611' })).toMatchObject({ objects: 1, rows: 1, offences: 0 });
    expect(counts(await verify({ source: 'other' }))).toEqual({ codec: 1 });
  });

  it('that match nothing are errors', async () => {
    await expect(verify({ source: 'nothing' })).rejects.toMatchObject({ code: 'LAKE_NOTHING_MATCHES', exitCode: 2 });
    await expect(verify({ day: '20240230' })).rejects.toMatchObject({ code: 'LAKE_BAD_FILTER', exitCode: 2 });
    await expect(verify({ source: '../x' })).rejects.toMatchObject({ code: 'LAKE_BAD_FILTER' });
  });

  it('sample rows evenly, but leave the rules of SQL on all', async () => {
    const rows = changed(5, { severity: 'Fatal', ...timeOf(DAY_START - 1) }, 1000);
    await lake.write({ name: 'z', rows: rows.map((row, i) => (i === 500 ? { ...row, severity: 'Fatal' } : row)) });
    const report = await verify({ source: 'fdr12_process', day: '20240610', rows: 10 });
    expect(report.rowsValidated).toBe(13);
    expect(counts(report)).toEqual({ time_unordered: 1, wrong_day: 1, 'ocsf.sibling_mismatch': 1, duplicate_elsewhere: 3 });
    const found = report.findings.find(({ rule }) => rule === 'ocsf.sibling_mismatch');
    expect(found!.examples[0]).toMatchObject({ row: 500, path: 'severity' });
  });
});

it('says that a lake is empty', async () => {
  await expect(verify()).rejects.toMatchObject({ code: 'LAKE_EMPTY', exitCode: 2 });
});

interface Case {
  /** rule or rules → count */
  finds: Record<string, number>;
  /** what the first example of the first rule says */
  example?: Partial<LakeExample> | ((key: string) => Partial<LakeExample>);
  /** makes the lake; returns the key of the object in question */
  make(): Promise<string>;
  options?: Partial<VerifyOptions>;
  /** what else it cannot but find */
  others?: string[];
}

const object = (spec: ObjectSpec) => () => lake.write(spec);
const file =
  (key: string, text = 'x') =>
  async () => {
    await lake.write();
    await lake.put(key, text);
    return key;
  };
const folderKey = 'ext/fdr12_process/region=eu-central-1/accountId=external_cid1/eventDay=20240610';
const misplaced = (partition: ObjectSpec['partition'], message: RegExp): Case => ({
  finds: { misplaced: 1 },
  make: object({ partition: { ...partition } }),
  example: { message: expect.stringMatching(message) },
});
const withoutColumn = (name: string) =>
  layouts()[0]!
    .columns.map((column) => column.name)
    .filter((column) => column !== name)
    .join(', ');

const CASES: Record<string, Case> = {
  'a key without partitions': { finds: { misplaced: 1 }, make: object({ key: 'ext/fdr12_process/a.parquet' }) },
  'partitions in another order': {
    finds: { misplaced: 1 },
    make: object({ key: 'ext/fdr12_process/accountId=external/region=eu-central-1/eventDay=20240610/a.parquet' }),
  },
  'a source name of 21 characters': misplaced({ source: 'a23456789012345678901' }, /21 characters/),
  'a region that is none': misplaced({ region: 'Frankfurt' }, /"Frankfurt" is no AWS region/),
  'an account that is none': misplaced({ accountId: 'cid1' }, /"cid1" is neither/),
  'a day that does not exist': misplaced({ eventDay: '20240230' }, /20240230 is no date/),
  'another kind of file': { finds: { foreign: 1 }, make: file(`${folderKey}/notes.txt`), example: (object) => ({ object }) },
  'a temporary file of another tool': { finds: { leftover: 1 }, make: file(`${folderKey}/_temporary`) },
  'a temporary file of our own': {
    finds: { leftover: 1 },
    make: file(`${folderKey}/.falconry-0123456789abcdef.tmp`),
    example: (object) => ({ object }),
  },
  'bytes that are no Parquet': {
    finds: { unreadable: 1 },
    make: file(`${folderKey}/bad.parquet`, 'no parquet, for sure'),
    example: { message: expect.stringContaining('No magic bytes') },
  },
  'an object cut short': {
    finds: { unreadable: 1 },
    make: async () => {
      const key = await lake.write();
      const bytes = await readFile(lake.path(key));
      await writeFile(lake.path(key), bytes.subarray(0, bytes.length - 10));
      return key;
    },
  },
  'an object without rows': { finds: { empty_object: 1 }, make: object({ rows: [] }) },
  'another codec': {
    finds: { codec: 1 },
    make: object({ codec: 'gzip' }),
    example: { message: 'column chunks are GZIP, not ZSTD' },
  },
  'a row group above the limit': {
    finds: { row_group_too_large: 1 },
    make: object({}),
    options: { limits: { rowGroupBytes: 100 } },
    example: { message: expect.stringMatching(/^a row group has \d+ bytes$/) },
  },
  'a data page above the limit': {
    finds: { page_too_large: 1 },
    make: object({
      rows: changed(1, { unmapped: { large: 'abc'.repeat(400_000) } }),
    }),
    example: { message: expect.stringMatching(/^1 data pages, the largest of 1200\d{3} bytes$/) },
  },
  'metadata keys that are missing': {
    finds: { metadata_missing: 1 },
    make: object({ metadata: { [METADATA_KEYS.unit]: null, [METADATA_KEYS.class]: null, [METADATA_KEYS.ocsf]: null } }),
    example: { message: 'no ocsf.version, ocsf.class, falconry.unit' },
  },
  'an OCSF version that nobody knows': {
    finds: { version_unknown: 1 },
    make: object({ metadata: { [METADATA_KEYS.ocsf]: '9.9.9' } }),
  },
  'a class that the version does not have': {
    finds: { class_unknown: 1 },
    make: object({ metadata: { [METADATA_KEYS.class]: 'process_activities' } }),
    example: { message: 'OCSF 1.2.0 has no class "process_activities"' },
  },
  'objects of two classes in a source': {
    finds: { source_mixed_class: 1 },
    make: async () => {
      await lake.write({ name: 'a' });
      return lake.write({ name: 'b', layout: layouts()[1]!, rows: [baseRow(10)] });
    },
    example: (object) => ({ object, message: 'its class is base_event, source fdr12_process holds process_activity' }),
  },
  'objects of two OCSF versions in a source': {
    finds: { source_mixed_version: 1 },
    make: async () => {
      await lake.write({ name: 'a' });
      return lake.write({ name: 'b', layout: layouts('1.3.0')[0]!, rows: [processRow(10, '1.3.0')] });
    },
    options: { layouts: [...layouts(), ...layouts('1.3.0')] },
    example: (object) => ({ object, message: 'it is OCSF 1.3.0, source fdr12_process holds 1.2.0' }),
  },
  'no layout for the class': { finds: { layout_unknown: 1 }, make: object({}), options: { layouts: [] } },
  'a column that is missing': {
    finds: { layout_mismatch: 1 },
    make: object({ select: withoutColumn('actor'), rows: rowsOf(2).map((row) => ({ ...row, actor: undefined })) }),
    example: { message: expect.stringContaining('observables stands where the layout has actor') },
  },
  'a last column that is missing': {
    finds: { layout_mismatch: 1 },
    make: object({ select: withoutColumn('unmapped') }),
    example: { message: expect.stringMatching(/^falconry\.columns is \d+, the file has \d+$/) },
  },
  'a column too many': {
    finds: { layout_mismatch: 1, 'ocsf.attribute_unknown': 3 },
    make: object({ select: '*, 1 AS extra' }),
    example: { message: expect.stringContaining('extra is not in the layout') },
  },
  'a column of another type': {
    finds: { layout_mismatch: 1 },
    make: object({ types: { activity_id: 'BIGINT' } }),
    example: { message: 'activity_id is long, in the layout integer' },
  },
  'a struct member of another type': {
    finds: { layout_mismatch: 1 },
    make: object({
      types: { process: 'STRUCT(pid INTEGER, name VARCHAR, file STRUCT(name VARCHAR, type_id BIGINT, size BIGINT))' },
    }),
    example: { message: 'process.file.type_id is long, in the layout integer' },
  },
  'a list of another element': {
    finds: { layout_mismatch: 1 },
    make: object({ types: { observables: 'STRUCT("name" VARCHAR, type_id INTEGER, "value" VARCHAR, "type" VARCHAR)[]' } }),
    example: { message: expect.stringContaining('observables[].value stands where the layout has type') },
  },
  'time_dt as a timestamp without zone': {
    finds: { layout_mismatch: 1 },
    make: object({ select: '* REPLACE (time_dt::TIMESTAMP AS time_dt)' }),
    example: { message: 'time_dt is TIMESTAMP, in the layout timestamp' },
  },
  'unmapped as JSON text': {
    finds: { layout_mismatch: 1 },
    make: object({ select: '* REPLACE (to_json(unmapped)::VARCHAR AS unmapped)' }),
    example: { message: 'unmapped is string, in the layout map' },
  },
  'a row of another class': {
    finds: { class_mixed: 1 },
    make: object({ rows: [processRow(0), { ...baseRow(1) }] }),
    example: { row: 1, message: "class_uid is 0, the object's class is 1007" },
  },
  'a row without time': {
    finds: { time_missing: 1 },
    make: object({ rows: changed(2, { time: null, time_dt: null }) }),
    example: { row: 2 },
  },
  'rows that are not in order': {
    finds: { time_unordered: 1 },
    make: object({ rows: [processRow(1), processRow(0), processRow(2)] }),
    example: { row: 1, message: '2024-06-10T00:00:00.000Z comes after 2024-06-10T00:00:01.000Z' },
  },
  'rows that are not in order across row groups': {
    finds: { time_unordered: 1 },
    make: object({
      rows: [
        ...rowsOf(2048).map((row, i) => ({ ...row, ...timeOf(DAY_START + 5000 + i) })),
        processRow(3000),
        processRow(3001),
      ].map((row, i) => (i === 2048 ? { ...row, ...timeOf(DAY_START + 1) } : row)),
    }),
    example: { row: 2048 },
  },
  'a row of the day before': {
    finds: { wrong_day: 1 },
    make: object({ rows: changed(0, timeOf(DAY_START - 1)) }),
    example: { row: 0, message: '2024-06-09T23:59:59.999Z is not on 20240610' },
  },
  'a row of the day after': {
    finds: { wrong_day: 1 },
    make: object({ rows: changed(2, timeOf(DAY_START + 86_400_000)) }),
    example: { row: 2 },
  },
  'a time beyond all dates': {
    finds: { wrong_day: 1, time_dt_mismatch: 1, 'ocsf.time_implausible': 1 },
    make: object({ rows: rowsOf(2), select: '* REPLACE (if(process.pid = 1, 9000000000000000000, time) AS time)' }),
    example: { message: '9000000000000000000 is not on 20240610' },
  },
  'time_dt a microsecond off': {
    finds: { time_dt_mismatch: 3 },
    make: object({ select: "* REPLACE (time_dt + INTERVAL '1 microsecond' AS time_dt)" }),
    example: { row: 0, message: 'time_dt is 2024-06-10 00:00:00.000001+00, time is 2024-06-10T00:00:00.000Z' },
  },
  'time_dt that is absent': {
    finds: { time_dt_mismatch: 1 },
    make: object({ rows: changed(1, { time_dt: null }) }),
    example: { row: 1 },
  },
  'a type_uid of another activity': {
    finds: { type_uid_mismatch: 1 },
    make: object({ rows: changed(1, { type_uid: 100702, type_name: 'Process Activity: Terminate' }) }),
    example: { row: 1, message: 'type_uid, class_uid, activity_id are 100702 1007 1' },
  },
  'a required attribute that is null': {
    finds: { 'ocsf.required_missing': 1 },
    make: object({ rows: changed(1, { severity_id: null, severity: null }) }),
    example: { row: 1, path: 'severity_id' },
  },
  'a required member that is null': {
    finds: { 'ocsf.required_missing': 1 },
    make: object({ rows: changed(2, nested(processRow(2), 'device', { type_id: null, type: null })) }),
    example: { row: 2, path: 'device.type_id' },
  },
  'an observable that is not what it names': {
    finds: { 'ocsf.observable_value_mismatch': 1 },
    make: object({
      rows: changed(0, { observables: [{ name: 'process.name', type_id: 9, type: 'Process Name', value: 'other' }] }),
    }),
    example: { row: 0, path: 'observables[0].value' },
  },
  'an enum value that does not exist': {
    finds: { 'ocsf.enum_unknown': 1 },
    make: object({ rows: changed(0, { severity_id: 42 }) }),
    example: { row: 0, path: 'severity_id' },
  },
  'a caption of another id': {
    finds: { 'ocsf.sibling_mismatch': 1 },
    make: object({ rows: changed(0, { severity: 'Fatal' }) }),
    example: { row: 0, path: 'severity' },
  },
  'rows of another OCSF version than the file says': {
    finds: { 'ocsf.version_mismatch': 3 },
    make: object({ rows: rowsOf(3, (index) => processRow(index, '1.1.0')) }),
    example: { path: 'metadata.version' },
  },
  'an event twice in an object that says it has none': {
    finds: { duplicate: 2 },
    make: object({
      rows: [processRow(0), processRow(1), processRow(1), processRow(1)],
      metadata: { [METADATA_KEYS.deduped]: 'true' },
    }),
    example: { row: 3, path: 'metadata.uid', message: 'the same event as row 1 of the same object' },
  },
  'an event twice in two objects of a unit that says it has none': {
    finds: { duplicate: 1 },
    make: async () => {
      const metadata = { [METADATA_KEYS.deduped]: 'true' };
      await lake.write({ name: 'a', rows: [processRow(0)], metadata });
      return lake.write({ name: 'b', rows: [processRow(0), processRow(1)], metadata });
    },
    example: (object) => ({ object, row: 0, message: expect.stringContaining('row 0 of ext/') }),
  },
  'an event twice elsewhere in a partition': {
    finds: { duplicate_elsewhere: 3 },
    make: async () => {
      await lake.write({ name: 'a', rows: [processRow(0), processRow(0)] });
      await lake.write({
        name: 'b',
        rows: [processRow(0)],
        metadata: { [METADATA_KEYS.deduped]: 'true', [METADATA_KEYS.unit]: 'unit2' },
      });
      return lake.write({
        name: 'c',
        rows: [processRow(0)],
        metadata: { [METADATA_KEYS.deduped]: 'true', [METADATA_KEYS.unit]: 'unit3' },
      });
    },
  },
  'an event twice without a device, its host in unmapped': {
    finds: { duplicate_elsewhere: 1 },
    make: object({ rows: [0, 0].map((index) => ({ ...processRow(index), device: null, unmapped: { aid: 'aid1' } })) }),
    others: ['ocsf.required_missing'],
  },
  'an event twice whose host is in unmapped': {
    finds: { duplicate_elsewhere: 1 },
    make: object({ layout: layouts()[1]!, rows: [baseRow(1), baseRow(1)] }),
  },
};

describe('verify finds', () => {
  it.each(Object.entries(CASES))('%s', async (_name, { finds, example, make, options, others = [] }) => {
    const key = await make();
    const report = await verify(options);
    expect(counts(report)).toMatchObject(finds);
    // the offences and warnings asked for, and no other of verify's own rules
    const unexpected = Object.keys(counts(report)).filter(
      (rule) => !(rule in finds) && !others.includes(rule) && !isExpectedOcsf(rule, finds),
    );
    expect(unexpected).toEqual([]);
    const [rule] = Object.keys(finds);
    const finding = report.findings.find((candidate) => candidate.rule === rule)!;
    expect(finding.examples.length).toBeLessThanOrEqual(Math.min(finding.count, 5));
    expect(finding.examples[0]).toMatchObject((typeof example === 'function' ? example(key) : example) ?? {});
    const sum = (level: string) => report.findings.reduce((n, f) => n + (f.level === level ? f.count : 0), 0);
    expect([report.offences, report.warnings]).toEqual([sum('offence'), sum('warning')]);
  });

  it('every rule it has', () => {
    const fired = new Set(Object.values(CASES).flatMap(({ finds }) => Object.keys(finds)));
    // an object that goes while a lake is verified: verify-store.test.ts; what journals tell: compact.test.ts
    const elsewhere = ['vanished', 'replaced_object', 'replaced_soon', 'compacted_missing'];
    expect(Object.keys(LAKE_RULES).filter((rule) => !fired.has(rule))).toEqual(elsewhere);
  });
});

/** A row of another class or type breaks rules of OCSF too; which ones is the validator's affair. */
function isExpectedOcsf(rule: string, finds: Record<string, number>): boolean {
  return rule.startsWith('ocsf.') && ['class_mixed', 'layout_mismatch', 'class_unknown'].some((own) => own in finds);
}

it('shows the first five rows that break a rule, in their order', async () => {
  await lake.write({ rows: rowsOf(20).map((row, i) => ({ ...row, type_uid: i % 2 === 0 ? 100701 : 100799 })) });
  const { findings } = await verify({ rows: 1 });
  expect(findings).toMatchObject([{ rule: 'type_uid_mismatch', count: 10 }]);
  expect(findings[0]!.examples.map(({ row }) => row)).toEqual([1, 3, 5, 7, 9]);
});

describe('duplicates', () => {
  it('need all of tenant, host and uid, in one partition', async () => {
    const without = (name: string, member: string) => nested(processRow(1), name, { [member]: null });
    for (const [name, member] of [
      ['metadata', 'uid'],
      ['metadata', 'tenant_uid'],
      ['device', 'uid'],
    ] as const) {
      await lake.write({
        name: `no-${member}-${name}`,
        rows: [
          { ...processRow(1), ...without(name, member) },
          { ...processRow(1), ...without(name, member) },
        ],
      });
    }
    await lake.write({ partition: { accountId: 'external_other' }, rows: [processRow(7)] });
    await lake.write({
      name: 'seven',
      rows: [
        processRow(7),
        {
          ...processRow(8),
          ...nested(processRow(7), 'device', { uid: 'aid2' }),
          ...nested(processRow(8), 'metadata', { uid: 'event-7' }),
        },
      ],
    });
    expect((await verify()).duplicates).toBe(0);
  });

  it('are counted with their first five examples, whatever the number', async () => {
    await lake.write({ name: 'a', rows: rowsOf(3000) });
    await lake.write({ name: 'b', rows: rowsOf(3000) });
    const report = await verify({ rows: 1 });
    expect(report).toMatchObject({ duplicates: 3000, offences: 0, warnings: 0 });
    expect(report.findings[0]!.examples.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4]);
    expect(report.findings[0]!.examples[0]).toMatchObject({
      object: `${folderKey}/b.parquet`,
      message: `the same event as row 0 of ${folderKey}/a.parquet`,
    });
  });
});

describe('damage inside an object', () => {
  it('is found where the footer is whole, and the rest of the lake is verified', async () => {
    const key = await lake.write({ name: 'damaged', rows: rowsOf(3000) });
    await lake.write({ name: 'whole', rows: rowsOf(2, (i) => processRow(i + 5000)) });
    const bytes = await readFile(lake.path(key));
    bytes.fill(0x5a, 200, 4000);
    await writeFile(lake.path(key), bytes);
    const report = await verify();
    expect(report.findings).toMatchObject([{ rule: 'unreadable', count: 1, examples: [{ object: key }] }]);
    expect(report).toMatchObject({ objects: 2, rowsValidated: 2 });
  });

  it('never ends verification, wherever it is', async () => {
    const key = await lake.write({ rows: rowsOf(300) });
    const whole = await readFile(lake.path(key));
    const reports: Record<string, number>[] = [];
    for (let at = 4; at < whole.length - 8; at += Math.ceil(whole.length / 40)) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xff, at, Math.min(at + 16, whole.length - 8));
      await rm(lake.path(key));
      await writeFile(lake.path(key), bytes);
      reports.push(counts(await verify()));
    }
    expect(reports.filter((found) => found.unreadable === 1).length).toBeGreaterThan(reports.length / 2);
  });
});

describe('objects of others', () => {
  it('take class and version from their rows', async () => {
    const missing = Object.fromEntries(Object.values(METADATA_KEYS).map((key) => [key, null]));
    await lake.write({ partition: { source: 'custom' }, metadata: missing });
    const report = await verify();
    expect(report.sources.custom).toMatchObject({ class: 'process_activity', version: '1.2.0' });
    expect(report.rowsValidated).toBe(3);
    expect(counts(report)).toEqual({ metadata_missing: 1 });
  });

  it('without any OCSF in them are not validated, and say so', async () => {
    await lake.write({
      select: "'x' AS message",
      metadata: Object.fromEntries(Object.values(METADATA_KEYS).map((key) => [key, null])),
    });
    const report = await verify();
    expect(counts(report)).toEqual({ metadata_missing: 1, version_unknown: 1 });
    expect(report).toMatchObject({ rows: 3, rowsValidated: 0, sources: { [PARTITION.source]: { class: null, version: null } } });
  });
});
