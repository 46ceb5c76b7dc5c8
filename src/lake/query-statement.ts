/**
 * What a query is, told from DuckDB's own parse of it (`json_serialize_sql`): nothing is bound. That matters: binding alone can
 * write (EXPORT DATABASE makes its folder then), and views need not exist yet.
 */
import { type DuckDBReader, quote } from './duckdb-reader.js';
import { queryFailed, queryRefused } from './errors.js';
import { outOfMemory } from './out-of-memory.js';

/** A statement that only reads. */
export interface ReadingStatement {
  sql: string;
  /** tables and views it names, as written */
  tables: string[];
  /** it asks for columns or tables, not for rows */
  columnsOnly: boolean;
}

interface Parse {
  error: boolean;
  error_type?: string;
  error_message?: string;
  statements?: { node: { from_table?: { type: string; show_type?: string } } }[];
}

const EXPLAIN = /^\s*explain(?:\s+analyze)?\s+/i;
/** Functions that a SELECT may call and that change DuckDB, write files (logs, profiles) or hide a statement in a text. */
const REFUSED = /^(?:(?:enable|disable)_.*|query|json_execute_serialized_sql|truncate_duckdb_logs)$/i;

/**
 * Takes one SELECT or what is read like it (FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE, PIVOT with its IN list), or EXPLAIN of such.
 *
 * @throws QUERY_REFUSED, QUERY_FAILED for what is no SQL
 */
export async function readingStatement(reader: DuckDBReader, sql: string): Promise<ReadingStatement> {
  const [found] = await reader.rows<{ parse: string }>(
    `SELECT json_serialize_sql(${quote(sql.replace(EXPLAIN, ''))})::VARCHAR AS parse`,
  );
  const parse: Parse = JSON.parse(found!.parse);
  if (parse.error && parse.error_type === 'parser') throw queryFailed(sentence(`Parser Error: ${parse.error_message}`), '');
  if (parse.error || parse.statements === undefined)
    throw queryRefused('it does more than read the lake; give one SELECT (a PIVOT needs its IN list), or EXPLAIN as first word');
  const { statements } = parse;
  if (statements.length === 0) throw queryRefused('it is empty');
  if (statements.length > 1) throw queryRefused(`it has ${statements.length} statements; give one at a time`);
  const tables: string[] = [];
  for (const part of objectsIn(statements)) {
    const { class: kind, type, table_name: table, function_name: called } = part;
    if (kind === 'PARAMETER') throw queryRefused('it has parameters, for which there are no values');
    if (typeof called === 'string' && REFUSED.test(called))
      throw queryRefused(`it calls ${called}, which does more than read the lake`);
    if (type === 'BASE_TABLE' && typeof table === 'string') tables.push(table);
  }
  const from = statements[0]!.node.from_table;
  return { sql, tables, columnsOnly: from?.type === 'SHOW_REF' && from.show_type !== 'SUMMARY' };
}

/** Every object of a JSON value, however deep. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const part of Object.values(value)) yield* objectsIn(part);
}

/** DuckDB's error in one sentence, without its copy of the text; for an unknown table, what there is; for too little memory, the limit. */
export function sqlError(error: unknown, views: readonly string[], limitMiB: number): Error {
  const advice = 'ask for less: a day, a source, fewer columns, or a LIMIT';
  const memory = outOfMemory(error, { doing: 'answer the query', limitMiB, advice });
  if (memory !== error) return memory as Error;
  const [message] = (error as Error).message.split('\n\n');
  if (/^Catalog Error: Table with name .* does not exist/.test(message!))
    return queryFailed(sentence(message!.split('\n')[0]!), `The lake has the views ${views.join(', ')}.`, { cause: error });
  return queryFailed(sentence(message!.replaceAll('\n', ' ')), '', { cause: error });
}

function sentence(text: string): string {
  const trimmed = text.trim().replace(/[.!]$/, '');
  return trimmed.endsWith('?') ? trimmed : `${trimmed}.`;
}
