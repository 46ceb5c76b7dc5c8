/** Rows as DuckDB writes them, exact where JSON.parse is not. */
import { describe, expect, it } from 'vitest';
import { jsonRow } from '../../src/lake/verify-json.js';

describe('a row', () => {
  it('keeps integers beyond 2^53 where asked', () => {
    const text = '{"a":9223372036854775807,"b":{"c":-9007199254740993,"d":1234567890123456},"e":1}';
    expect(jsonRow(text, true)).toEqual({ a: 9223372036854775807n, b: { c: -9007199254740993n, d: 1234567890123456 }, e: 1 });
    expect(jsonRow(text, false)).toMatchObject({ a: 2 ** 63, e: 1 });
  });

  it('leaves alone what stands in texts', () => {
    const value = { json: '{"a":9223372036854775807,"b":NaN}', tail: '"x":12345678901234567890,' };
    expect(jsonRow(JSON.stringify(value), true)).toEqual(value);
  });

  it('takes floats that JSON does not have for texts', () => {
    expect(jsonRow('{"a":NaN,"b":{"c":-Infinity},"t":"\\"u\\":NaN,"}', false)).toEqual({
      a: 'NaN',
      b: { c: '-Infinity' },
      t: '"u":NaN,',
    });
  });

  it('is nothing where it is no JSON', () => {
    expect(jsonRow('{"a":[NaN]}', false)).toBeUndefined();
  });
});
