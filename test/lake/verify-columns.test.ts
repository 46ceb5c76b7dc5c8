/** A Parquet schema read from its elements: what DuckDB never writes but others do. */
import { describe, expect, it } from 'vitest';
import { columnAt, countColumns, fileColumns, layoutDifferences, type SchemaElement } from '../../src/lake/parquet-columns.js';
import type { LayoutNode } from '../../src/ocsf/layout.js';

function element(name: string, over: Partial<SchemaElement> = {}): SchemaElement {
  return {
    name,
    repetition_type: 'OPTIONAL',
    num_children: null,
    converted_type: null,
    logical_type: null,
    duckdb_type: null,
    ...over,
  };
}
const text = (name: string) => element(name, { duckdb_type: 'VARCHAR' });
const group = (name: string, children: number, over: Partial<SchemaElement> = {}) =>
  element(name, { num_children: String(children), ...over });
const repeated = { repetition_type: 'REPEATED' } as const;

const columnsOf = (...elements: SchemaElement[]) => fileColumns([group('root', 1), ...elements]);

describe('columns', () => {
  it('know lists by either annotation, and maps of texts', () => {
    const inner = [group('list', 1, repeated), text('element')];
    expect(columnsOf(group('l', 1, { converted_type: 'LIST' }), ...inner)).toEqual(
      columnsOf(group('l', 1, { logical_type: 'ListType()' }), ...inner),
    );
    expect(columnsOf(group('l', 1, { converted_type: 'LIST' }), ...inner)).toEqual([
      { name: 'l', type: 'list', children: [{ name: 'element', type: 'string', children: [] }] },
    ]);
    const map = [group('m', 1, { converted_type: 'MAP' }), group('key_value', 2, repeated), text('key'), text('value')];
    expect(columnsOf(...map)).toEqual([{ name: 'm', type: 'map', children: [] }]);
    map[3] = element('value', { duckdb_type: 'BIGINT' });
    expect(columnsOf(...map)[0]!.type).toBe('a map of other types than texts');
  });

  it('name what Athena cannot read: a repeated field that is no list', () => {
    expect(columnsOf({ ...text('profiles'), ...repeated })).toEqual([
      { name: 'profiles', type: 'a bare repeated field', children: [] },
    ]);
    const twoLevels = [group('l', 1, { converted_type: 'LIST' }), { ...text('array'), ...repeated }];
    expect(columnsOf(...twoLevels)[0]!.type).toBe('a list without the three standard levels');
  });

  it('are found through lists, and counted as a layout counts its nodes', () => {
    const columns = columnsOf(
      group('l', 1, { converted_type: 'LIST' }),
      group('list', 1, repeated),
      group('element', 2),
      text('a'),
      group('s', 1),
      text('b'),
    );
    expect(columnAt(columns, 'l.s.b')).toMatchObject({ type: 'string' });
    expect(columnAt(columns, 'l.s.c')).toBeUndefined();
    expect(countColumns(columns)).toBe(4);
  });
});

describe('a layout', () => {
  const layout: LayoutNode[] = [
    { name: 'a', type: 'long' },
    {
      name: 's',
      type: 'struct',
      children: [
        { name: 'x', type: 'string' },
        { name: 'y', type: 'map' },
      ],
    },
    { name: 'l', type: 'list', element: { name: 'element', type: 'string' } },
  ];
  const column = (name: string, type: string, ...children: { name: string; type: string; children: [] }[]) => ({
    name,
    type,
    children,
  });

  it('takes a file that ends earlier, at any depth', () => {
    expect(layoutDifferences([], layout)).toEqual([]);
    expect(layoutDifferences([column('a', 'long'), column('s', 'struct', column('x', 'string') as never)], layout)).toEqual([]);
  });

  it('takes nothing else', () => {
    expect(layoutDifferences([column('s', 'struct')], layout)).toEqual(['s stands where the layout has a']);
    expect(layoutDifferences([column('a', 'string')], layout)).toEqual(['a is string, in the layout long']);
    expect(layoutDifferences([column('a', 'long'), column('s', 'struct', column('y', 'map') as never)], layout)).toEqual([
      's.y stands where the layout has x',
    ]);
    const longer = [
      column('a', 'long'),
      column('s', 'struct'),
      column('l', 'list', column('element', 'long') as never),
      column('z', 'long'),
    ];
    expect(layoutDifferences(longer, layout)).toEqual(['l[] is long, in the layout string', 'z is not in the layout']);
  });
});
