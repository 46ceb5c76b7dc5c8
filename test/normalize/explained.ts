/** Holds an explanation against the row that its line becomes, read back by the tests' own reader. */
import { expect } from 'vitest';
import type { Explanation, FilledAttribute, WrittenExplanation } from '../../src/normalize/explanation.js';
import type { Row } from './rows.js';

/** What no field and no entry fills: it follows from the class, the rest of the row, or the engine. */
const DERIVED =
  /^(class_uid|class_name|category_uid|category_name|type_uid|type_name|time_dt|.+_time_dt|(.+\.)?[a-z_]+_dt|observables|unmapped)$/;

/** As JSON has it. */
export function plainRow(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(plainRow);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainRow(member)]));
}

/** Path (`answers[0].rdata`) → value of every leaf that somebody filled. */
function leaves(row: object): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const add = (value: unknown, path: string) => {
    if (DERIVED.test(path)) return;
    if (Array.isArray(value)) for (const [i, item] of value.entries()) add(item, `${path}[${i}]`);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) add(member, path === '' ? name : `${path}.${name}`);
    } else found.set(path, value);
  };
  add(row, '');
  return found;
}

export function expectWritten(explanation: Explanation | undefined): asserts explanation is WrittenExplanation {
  expect(explanation).toMatchObject({ outcome: 'written' });
}

/**
 * The explanation tells the whole row and nothing else: every value has one origin, and `unmapped` is just what is said to be there.
 *
 * @param row of the line, by {@link rowsAsRead}
 */
export function expectTrue(explanation: WrittenExplanation, cls: string, row: Row, told: string): void {
  const expected = plainRow(row) as Row;
  expect(explanation.row, told).toEqual(expected);
  expect(explanation.class, told).toBe(cls);
  expect(explanation.activity, told).toEqual({
    id: row.activity_id,
    ...(row.activity_name !== undefined && { name: row.activity_name }),
  });
  expect(Date.parse(explanation.time), told).toBe(row.time);

  const left = leaves(expected);
  const origins: FilledAttribute[] = [...explanation.fields.flatMap(({ attributes }) => attributes), ...explanation.constants];
  const problems: string[] = [];
  const captions = new Set<string>();
  const seen = new Set<string>();
  for (const { path, value, caption } of origins) {
    if (seen.has(path)) problems.push(`${path} has two origins`);
    if (value !== left.get(path)) problems.push(`${path} is ${left.get(path)}, not ${value}`);
    seen.add(path);
    if (caption !== undefined) captions.add(`${parent(path)} ${caption}`);
  }
  for (const [path, value] of left) {
    // a caption stands beside the id that it was told with
    if (!seen.has(path) && !captions.has(`${parent(path)} ${value}`)) problems.push(`${path} = ${value} has no origin`);
  }
  for (const { field, attributes, unmapped, absent } of explanation.fields) {
    const nowhere = attributes.length === 0 && unmapped === undefined;
    if (nowhere !== (absent !== undefined)) problems.push(`${field} is absent and somewhere, or neither`);
  }
  expect(problems, told).toEqual([]);

  const unmapped = Object.fromEntries(
    explanation.fields.flatMap(({ field, text, unmapped: reason }) => (reason === undefined ? [] : [[field, text]])),
  );
  expect(unmapped, told).toEqual(expected.unmapped ?? {});
}

const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
