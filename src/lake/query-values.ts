/** DuckDB's values as JSON, for printing. */
import type { DuckDBTimestampTZValue, DuckDBValue, Json } from '@duckdb/node-api';
import { client } from './duckdb-client.js';

/**
 * Numbers stay numbers while they are exact, larger integers become text. A list is an array; a struct and a map are objects; a
 * timestamp with time zone is ISO 8601 in UTC; all else is DuckDB's own text.
 */
export function jsonValue(value: DuckDBValue): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof client.DuckDBListValue) return value.items.map(jsonValue);
  if (value instanceof client.DuckDBStructValue) return entries(Object.entries(value.entries));
  if (value instanceof client.DuckDBMapValue) return entries(value.entries.map((entry) => [keyText(entry.key), entry.value]));
  if (value instanceof client.DuckDBTimestampTZValue) return instantText(value);
  return String(value);
}

function entries(pairs: readonly (readonly [string, DuckDBValue])[]): Json {
  return Object.fromEntries(pairs.map(([name, value]) => [name, jsonValue(value)]));
}

function keyText(key: DuckDBValue): string {
  return typeof key === 'string' ? key : JSON.stringify(jsonValue(key));
}

/** Not by the value's own text, which is in the machine's time zone. */
function instantText(value: DuckDBTimestampTZValue): string {
  const micros = value.micros % 1000n;
  const date = new Date(Number((value.micros - micros) / 1000n));
  if (!value.isFinite || Number.isNaN(date.getTime())) return String(value);
  const text = date.toISOString();
  return micros === 0n ? text : `${text.slice(0, -1)}${String(Math.abs(Number(micros))).padStart(3, '0')}Z`;
}
