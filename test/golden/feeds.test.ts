/** Every secondary feed: the rows of `fdrv2/<feed>/in.ndjson` become those of `fdrv2/<feed>/out.json`, valid in every OCSF version. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SECONDARY_FEEDS } from '../../src/archive/feed.js';
import { loadMappings } from '../../src/convert/definitions.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import type { Row } from '../normalize/rows.js';
import { expectValid, HAS_REFEREE } from '../support/referee.js';
import { Converter, jsonText, uidsOf } from './convert.js';

const FOLDER = fileURLToPath(new URL('fdrv2/', import.meta.url));
const FACTS = '../shared/fdr/secondary-feeds.json';
const UPDATE = process.env.UPDATE_GOLDEN === '1';

const inputs = new Map(SECONDARY_FEEDS.map((feed) => [feed, readFileSync(join(FOLDER, feed, 'in.ndjson'), 'utf8')]));
const converters = new Map(OCSF_VERSIONS.map((version) => [version, new Converter(version)]));

it('maps every secondary feed', () => {
  const mapped = new Set(loadMappings().rules.flatMap(({ eventTypes }) => eventTypes));
  expect([...mapped].filter((type) => type.startsWith('fdrv2/')).sort()).toEqual(
    SECONDARY_FEEDS.map((feed) => `fdrv2/${feed}`).sort(),
  );
});

describe('the rows of OCSF 1.2.0', () => {
  it.each(SECONDARY_FEEDS)('%s', (feed) => {
    const file = join(FOLDER, feed, 'out.json');
    const made = `${jsonText(converters.get('1.2.0')!.convert(inputs.get(feed)!, feed).rows)}\n`;
    if (UPDATE) writeFileSync(file, made);
    expect(made).toBe(readFileSync(file, 'utf8'));
  });
});

it('makes software inventory of appinfo where OCSF has one', () => {
  const [full, rare, nameless] = converters.get('1.3.0')!.convert(inputs.get('appinfo')!, 'appinfo').rows;
  expect(full).toMatchObject({
    class_name: 'Software Inventory Info',
    device: { uid: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', hostname: 'FIN-LT-042' },
    package: { name: 'Example Planner', version: '3.1.4', type: 'Application', hash: { algorithm: 'SHA-256' } },
  });
  expect(rare).toMatchObject({ package: { name: 'Tool', version: '1.0.0.1', type_id: 99, type: 'Driver' } });
  expect((rare!.package as Row).hash).toBeUndefined();
  expect(nameless).toMatchObject({ class_name: 'Base Event', unmapped: { FileName: 'odd.exe' } });
});

it('takes no time but the feed’s own', () => {
  const converter = converters.get('1.2.0')!;
  const row = (more: object) =>
    `${JSON.stringify({ aid: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', AgentLoadFlags: '0', FirstSeen: '1755000000.0', ...more })}\n`;
  const { rows, quarantined } = converter.convert(
    row({ Time: '1772445600.125' }) + row({ Time: 'none' }) + row({}) + row({ Time: 'none', timestamp: '1772446123456' }),
    'aidmaster',
  );
  expect(rows.map(({ time }) => String(time))).toEqual(['1772445600125', '1772446123456']);
  expect(quarantined).toEqual(['line 2: no-time', 'line 3: no-time']);
});

it('takes an event of a feed’s name for an event', () => {
  const line = { event_simpleName: 'fdrv2/aidmaster', id: 'e-1', timestamp: '1772446123456', ComputerName: 'X' };
  const { rows } = converters.get('1.2.0')!.convert(`${JSON.stringify(line)}\n`);
  expect(rows).toMatchObject([{ class_name: 'Base Event', unmapped: { ComputerName: 'X' } }]);
});

describe.each(OCSF_VERSIONS)('OCSF %s', (version) => {
  const converter = converters.get(version)!;
  const validator = new Validator(ocsfSchema(version));
  const facts = existsSync(FACTS) ? generatedRows() : new Map<string, string>();

  it.each(SECONDARY_FEEDS)('makes one valid row of every row of %s', (feed) => {
    const text = inputs.get(feed)! + (facts.get(feed) ?? '');
    const { outcomes, quarantined, rows } = converter.convert(text, feed);
    const uids = uidsOf(text);
    expect(quarantined).toEqual([]);
    expect(outcomes).toEqual({ read: uids.length, written: uids.length, quarantined: 0, duplicate: 0, filtered: 0 });
    expect(rows.map(({ metadata }) => (metadata as Row).uid)).toEqual(uids);
    expect(rows.map(({ metadata }) => (metadata as Row).event_code)).toEqual(uids.map(() => feed));
    expect(rows.flatMap((row) => validator.validate(row))).toEqual([]);
  });

  it.skipIf(!HAS_REFEREE)('passes the outside referee', () => {
    const rows = SECONDARY_FEEDS.flatMap((feed) => converter.convert(inputs.get(feed)! + (facts.get(feed) ?? ''), feed).rows);
    expectValid(rows.map((row) => JSON.stringify(row)));
  });
});

/** All known fields of each feed, each enum value, and each field missing once. */
function generatedRows(): Map<string, string> {
  const known = JSON.parse(readFileSync(FACTS, 'utf8')) as Record<
    string,
    { fields: Record<string, { type: string; enum?: Record<string, string> }> }
  >;
  const value: Record<string, string> = {
    epoch_s: '1772445600.5',
    epoch_ms: '1772445600500',
    ip: '10.1.2.3',
    int: '3',
    float: '1.0',
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };
  const times = new Set(['Time', '_time', 'timestamp']);
  return new Map(
    SECONDARY_FEEDS.map((feed) => {
      const { fields } = known[feed]!;
      const full = Object.fromEntries(
        Object.entries(fields).map(([name, { type, enum: ids }]) => [
          name,
          ids ? Object.keys(ids)[0]! : (value[type] ?? `${name} x`),
        ]),
      );
      const rows: Record<string, string>[] = [full];
      for (const [name, { enum: ids }] of Object.entries(fields)) {
        for (const id of Object.keys(ids ?? {})) rows.push({ ...full, [name]: id });
        const { [name]: _, ...rest } = full;
        if (!times.has(name) || 'timestamp' in rest) rows.push(rest);
      }
      const unique = [...new Set(rows.map((row) => JSON.stringify(row)))];
      return [feed, unique.map((row) => `${row}\n`).join('')];
    }),
  );
}
