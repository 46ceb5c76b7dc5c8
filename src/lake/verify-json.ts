/** A row that DuckDB has written as JSON, as the object that the validator takes. */
import { randomUUID } from 'node:crypto';

/** Members with integers of 16 digits and more. In a string a quote would have a backslash before it. */
const LARGE = /("[A-Za-z0-9_]+":)(-?\d{16,})(?=[,}])/g;
/** Members with floats that JSON does not have but DuckDB writes. */
const NOT_JSON = /("[A-Za-z0-9_]+":)(NaN|-?Infinity)(?=[,}])/g;
/** No text of any event begins so. */
const MARK = `integer:${randomUUID()}:`;

/**
 * Parses a row; undefined for what is no JSON. Floats that JSON cannot hold become texts, which no float attribute takes.
 *
 * @param exactIntegers integers beyond 2^53 come as bigint; costs time, so ask for it where such integers can be
 */
export function jsonRow(text: string, exactIntegers: boolean): unknown {
  const marked = exactIntegers ? text.replace(LARGE, `$1"${MARK}$2"`) : text;
  return marked === text ? parse(text) : parse(marked, (_name, value: unknown) => unmark(value));
}

function parse(text: string, revive?: (name: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, revive);
  } catch {
    try {
      return JSON.parse(text.replace(NOT_JSON, '$1"$2"'), revive);
    } catch {
      return undefined;
    }
  }
}

function unmark(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(MARK)) return value;
  const exact = BigInt(value.slice(MARK.length));
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}
