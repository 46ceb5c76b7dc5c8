/** Event types that a mapping names by how they begin. */
import { expect, it } from 'vitest';
import { compileMapping } from '../../src/mapping/compile.js';
import { parseMappings } from '../../src/mapping/load.js';
import { Normalizer } from '../../src/normalize/normalizer.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { rowsAsRead } from './rows.js';

const MAPPING = `
class: base_event
source: base
rules:
  - { events: [policy_*], activity: Other, reason: a test, map: { message: Text, metadata.product.vendor_name: { value: V }, metadata.product.name: { value: P } } }
  - { events: [policy_7], activity: Other, reason: a test, map: { status_detail: Text, metadata.product.vendor_name: { value: V }, metadata.product.name: { value: P } } }
`;

it('are taken by it, unless they have a rule of their own, and are not counted as unknown', () => {
  const schema = ocsfSchema('1.2.0');
  const set = parseMappings([{ name: 'base_event.yaml', text: MAPPING, origin: 'built-in' }], [schema]);
  const { mapping } = compileMapping({ set, schema, layouts: [], columns: 'grow' });
  const normalizer = new Normalizer(mapping, { dedupe: false });
  const types = ['policy_12', 'policy_7', 'polic', 'policy_12', 'policy_'];
  const text = types.map(
    (type, i) => `{"event-type":"${type}","event_type":"AwsApiCall","id":"${i}","timestamp":"1714557600000","Text":"t"}\n`,
  );
  const bytes = Buffer.from(text.join(''));
  const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
  normalizer.startUnit();
  normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, () => {});
  const rows = rowsAsRead(normalizer).map(({ row }) => ({ message: row.message, detail: row.status_detail }));
  const family = { message: 't', detail: undefined };
  expect(rows).toEqual([family, { message: undefined, detail: 't' }, { message: undefined, detail: undefined }, family, family]);
  expect([...normalizer.unknown]).toEqual([['polic', 1]]);
});
