import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BadFile } from '../../src/sample/bad/kinds.js';
import { type SampleReport, writeSample } from '../../src/sample/sample.js';
import { inflate, listFiles, newFolder } from './read-sample.js';

const directory = newFolder();
let report: SampleReport;
/** bytes of the lines of each kind */
const kinds = new Map<string, Buffer[]>();

beforeAll(async () => {
  report = await writeSample({ directory, events: 500, hosts: 5, bad: true });
  const lines = splitLines(inflate(directory, report.bad.linesFile!));
  for (const { kind, lines: count } of report.bad.lines) {
    kinds.set(kind, lines.splice(0, count));
    expect(JSON.parse(lines.shift()!.toString()).event_simpleName).toBe('NetworkConnectIP4');
  }
  expect(lines).toHaveLength(0);
}, 120_000);

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

const texts = (kind: string): string[] => kinds.get(kind)!.map(String);
const parsed = (kind: string) => texts(kind).map((line) => JSON.parse(line));
const file = (kind: string): BadFile => report.bad.files.find((candidate) => candidate.kind === kind)!;
const bytesOf = (kind: string): Buffer => readFileSync(join(directory, file(kind).path));

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('bad lines', () => {
  it('hold an event type and a time exactly where the report says so', () => {
    for (const { kind, event } of report.bad.lines) {
      for (const line of kinds.get(kind)!) {
        const value = parses(String(line)) ? JSON.parse(String(line)) : undefined;
        const usable =
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          typeof value.event_simpleName === 'string' &&
          value.event_simpleName !== '' &&
          /^[\d."]|^\d{4}-/.test(String(value.timestamp ?? value.ContextTimeStamp));
        expect(usable, `${kind}: ${String(line).slice(0, 80)}`).toBe(event);
      }
    }
  });

  it('are not JSON where that is the point', () => {
    for (const kind of ['not-json', 'cut-off', 'two-objects', 'bad-syntax', 'bad-escape', 'raw-control']) {
      for (const line of texts(kind)) expect(parses(line), line.slice(0, 80)).toBe(false);
    }
    expect(texts('blank-line').map((line) => line.trim())).toEqual(['', '', '']);
  });

  it('hold odd values', () => {
    expect(parsed('port-out-of-range').map((event) => event.RemotePort)).toContain('99999');
    expect(parsed('bad-ip').map((event) => event.RemoteAddressIP4)).toContain('999.1.2.3');
    for (const event of parsed('hash-wrong-length')) expect(event.SHA256HashData).not.toMatch(/^[0-9a-f]{64}$/);
    for (const event of parsed('beyond-int32')) expect(Math.abs(Number(event.RawProcessId))).toBeGreaterThan(2147483647);
    for (const event of parsed('beyond-int64')) expect(BigInt(event.TargetProcessId)).toBeGreaterThan(2n ** 63n);
    for (const event of parsed('long-string')) expect(event.CommandLine.length).toBeGreaterThan(65_535);
    expect(texts('bare-number').some((line) => line.includes(':1719309930613520072'))).toBe(true);
    expect(new Set(parsed('string-or-list').map((event) => Array.isArray(event.Tags)))).toEqual(new Set([true, false]));
    expect(parsed('case-keys')[0]).toMatchObject({ Id: '42', id: expect.stringContaining('-') });
    expect(texts('duplicate-key')[0]!.match(/"RemotePort"/g)).toHaveLength(2);
    expect(texts('duplicate-event')[0]).toBe(texts('duplicate-event')[1]);
    expect(Object.keys(parsed('many-keys')[0]).length).toBeGreaterThan(2000);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('hold odd text', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    for (const line of kinds.get('invalid-utf8')!) expect(() => strict.decode(line)).toThrow();
    for (const { kind } of report.bad.lines)
      if (kind !== 'invalid-utf8') for (const line of kinds.get(kind)!) expect(() => strict.decode(line), kind).not.toThrow();
    expect(parsed('escaped-nul')[0].CommandLine).toContain('\0');
    expect(parsed('surrogate-pair').map((event) => event.CommandLine)).toEqual(['😀', '😀']);
    for (const event of parsed('lone-surrogate')) expect(event.CommandLine).toMatch(/\p{Surrogate}/u);
    for (const line of texts('carriage-return')) expect(line.endsWith('\r')).toBe(true);
  });

  it('hold odd times', () => {
    for (const event of parsed('filetime')) expect(Number(event.ContextTimeStamp)).toBeGreaterThan(0x0100000000000000);
    expect(parsed('negative-time')[0].ContextTimeStamp).toMatch(/^-/);
    for (const event of parsed('rfc3339-time')) expect(event.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
    for (const event of parsed('no-time')) expect(event.timestamp ?? event.ContextTimeStamp).toBeUndefined();
  });
});

describe('bad files', () => {
  it('lie where the report says, among markers', () => {
    const found = listFiles(directory).filter((path) => path.startsWith(report.bad.linesFile!.replace(/[^/]+$/, '')));
    expect(found).toEqual(
      [
        report.bad.linesFile!,
        ...report.bad.files.map((entry) => entry.path),
        report.bad.linesFile!.replace(/[^/]+$/, '_SUCCESS'),
      ].sort(),
    );
    expect(report.files.bad).toBe(report.bad.files.length + 1);
    const names = report.bad.files.map((entry) => entry.path);
    for (const part of [' ', '%2F', '=', 'ö', 'README.txt', '.json'])
      expect(
        names.some((name) => name.includes(part)),
        part,
      ).toBe(true);
  });

  it('are damaged where that is the point, and only there', () => {
    for (const { kind, state, lines } of report.bad.files) {
      if (state === 'foreign') continue;
      if (state === 'damaged') {
        if (kind === 'gzip-bomb') continue;
        if (kind === 'gzip-trailing-garbage') expect(bytesOf(kind).toString('latin1')).toMatch(/garbage after the end$/);
        else expect(() => gunzipSync(bytesOf(kind)), kind).toThrow();
        continue;
      }
      const inflated = gunzipSync(bytesOf(kind));
      const events = splitLines(inflated);
      expect(events, kind).toHaveLength(lines);
      for (const line of events) expect(parses(String(line).replace('\ufeff', '')), kind).toBe(true);
    }
  });

  it('are what they are called', () => {
    expect(splitLines(gunzipSync(bytesOf('long-line'))).map((line) => line.length > 17 * 1024 * 1024)).toEqual([
      false,
      true,
      false,
    ]);
    expect(gunzipSync(bytesOf('gzip-high-ratio')).length / bytesOf('gzip-high-ratio').length).toBeGreaterThan(300);
    expect(gunzipSync(bytesOf('gzip-bomb')).length / bytesOf('gzip-bomb').length).toBeGreaterThan(900);
    expect(gunzipSync(bytesOf('no-final-newline')).at(-1)).not.toBe(10);
    expect(gunzipSync(bytesOf('byte-order-mark')).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytesOf('zero-bytes')).toHaveLength(0);
    expect(gunzipSync(bytesOf('gzip-empty'))).toHaveLength(0);
    expect(bytesOf('gzip-multi-member').toString('latin1').split('\x1f\x8b\x08').length - 1).toBeGreaterThanOrEqual(3);
  });

  it('lie in a partitioned batch too', async () => {
    const partitioned = newFolder();
    const other = await writeSample({ directory: partitioned, events: 500, hosts: 5, bad: true, layout: 'partitioned' });
    expect(other.bad.linesFile).toMatch(/^batch=[0-9a-f-]{36}\/part-00000\.gz$/);
    expect(other.bad.lines).toEqual(report.bad.lines);
  });
});
