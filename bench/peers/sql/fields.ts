/** Fields of a JSON line in SQL: read once as a struct, placeholders taken for NULL, and what is left over for `unmapped`. */

/** The texts that the mapping files name as "no value". */
const PLACEHOLDERS = ['', '-', 'none', 'N/A', '!!!!UNKNOWN!!!!', '0'.repeat(32), '0'.repeat(40), '0'.repeat(64)];

/** How `unmapped` is made; see the README for what each costs. */
export type UnmappedWay = 'patch' | 'entries';

/** All fields of a line as a struct of texts: one pass over the JSON, whatever the number of fields. */
export function parsed(fields: readonly string[]): string {
  return `from_json(json, '${JSON.stringify(Object.fromEntries(fields.map((name) => [name, 'VARCHAR'])))}')`;
}

/** The columns of the cleaned line: `"aid"` without placeholders, for each field. Comparisons, not `IN`, which would be a join a field. */
export function cleaned(fields: readonly string[]): string {
  const columns = fields.map((name) => {
    const isValue = PLACEHOLDERS.map((text) => `raw."${name}" <> '${text}'`).join(' AND ');
    return `CASE WHEN ${isValue} THEN raw."${name}" END AS "${name}"`;
  });
  return columns.join(', ');
}

/**
 * All that no column took, as a map. A placeholder in a field that a column takes is no information: it is left out.
 *
 * @param taken field → the condition under which its value stays all the same; '' for never
 */
export function unmapped(taken: Readonly<Record<string, string>>, way: UnmappedWay): string {
  const rules = Object.entries(taken);
  const staying = rules.filter(([, stays]) => stays !== '');
  if (way === 'patch') {
    // RFC 7396: null removes a member; a value that is to stay is set to itself
    const removed = JSON.stringify(Object.fromEntries(rules.filter(([, stays]) => stays === '').map(([name]) => [name, null])));
    const members = staying.map(([name, stays]) => `'${name}', CASE WHEN ${stays} THEN "${name}" END`);
    const patches = [`'${removed}'`, ...(members.length > 0 ? [`json_object(${members.join(', ')})`] : [])];
    return `from_json(json_merge_patch(json, ${patches.join(', ')}), '"MAP(VARCHAR, VARCHAR)"')`;
  }
  const names = rules.map(([name]) => `'${name}'`).join(', ');
  const keeps = staying.map(([name, stays]) => `(e.key = '${name}' AND "${name}" IS NOT NULL AND (${stays}))`);
  const condition = [`e.key NOT IN (${names})`, ...keeps].join(' OR ');
  return `map_from_entries(list_filter(map_entries(from_json(json, '"MAP(VARCHAR, VARCHAR)"')), lambda e: ${condition}))`;
}

/** Decimal seconds as epoch milliseconds. */
export const milliseconds = (seconds: string) => `CAST(TRY_CAST(${seconds} AS DECIMAL(18, 3)) * 1000 AS BIGINT)`;

/** An address; all zeros mean that there is none. */
export const address = (field: string) => `CASE WHEN "${field}" NOT IN ('0.0.0.0', '::', '0:0:0:0:0:0:0:0') THEN "${field}" END`;

/** A list, or NULL where it is empty. */
export const filled = (list: string) => `CASE WHEN len(${list}) > 0 THEN ${list} END`;

/** Observables that have a value, in the layout's order. */
export function observables(list: readonly (readonly [name: string, typeId: number, type: string, value: string])[]): string {
  const items = list.map(
    ([name, id, type, value]) => `{'name': '${name}', 'type_id': ${id}, 'type': '${type}', 'value': ${value}}`,
  );
  return `list_filter([${items.join(', ')}], lambda o: o.value IS NOT NULL)`;
}
