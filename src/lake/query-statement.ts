/** Reading statements only: what a query may do, and what it needs. */
import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api';
import { queryFailed, queryRefused } from './errors.js';

/** Table functions that a SELECT may call and that change DuckDB or write files (logs, profiles). */
const SWITCHES = /\b(?:enable|disable)_\w+"?\s*\(/i;
const EXPLAIN = /^\s*explain(?:\s+analyze)?\s+/i;
const LOOKS_AT_COLUMNS = /^\s*(?:describe|desc|show)\b/i;

/** What a statement is about, by its text alone. */
export interface Mention {
  /** tables and views it names, as written */
  names: string[];
  /** it asks for columns, not rows */
  columnsOnly: boolean;
}

/** Reads statements before the views they name exist: a DuckDB of its own, without any. */
export class StatementParser {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  static async open(): Promise<StatementParser> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return new StatementParser(instance, await instance.connect());
  }

  /** @throws QUERY_REFUSED for none or several statements, QUERY_FAILED for what is no SQL */
  async mention(sql: string): Promise<Mention> {
    // an empty text makes the binding fail without a word
    if (/^(?:\s|;|--[^\n]*(?:\n|$))*$/.test(sql)) throw queryRefused('it is empty');
    let count: number;
    let names: readonly string[];
    try {
      count = (await this.connection.extractStatements(sql)).count;
      names = this.connection.getTableNames(sql, false);
    } catch (error) {
      throw sqlError(error, []);
    }
    if (count !== 1) throw queryRefused(`it has ${count} statements; give one SELECT at a time (a PIVOT needs its IN list)`);
    return { names: [...names], columnsOnly: LOOKS_AT_COLUMNS.test(sql) };
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/**
 * Prepares one statement that only reads: SELECT and its kind, or EXPLAIN of such.
 *
 * @param views for the message about an unknown table
 * @throws QUERY_REFUSED, QUERY_FAILED
 */
export async function prepareReading(
  connection: DuckDBConnection,
  sql: string,
  views: readonly string[],
): Promise<DuckDBPreparedStatement> {
  if (SWITCHES.test(sql)) throw queryRefused('it changes settings of DuckDB');
  let statement = await prepare(connection, sql, views);
  if (statement.statementType === StatementType.EXPLAIN && EXPLAIN.test(sql)) {
    const explained = await prepare(connection, sql.replace(EXPLAIN, ''), views);
    if (explained.statementType !== StatementType.SELECT) statement = explained;
  }
  const { statementType, parameterCount } = statement;
  if (statementType !== StatementType.SELECT && statementType !== StatementType.EXPLAIN)
    throw queryRefused(`a query reads the lake, this is ${StatementType[statementType]}`);
  if (statementType === StatementType.EXPLAIN && !EXPLAIN.test(sql)) throw queryRefused('EXPLAIN must be its first word');
  if (parameterCount > 0) throw queryRefused('it has parameters, for which there are no values');
  return statement;
}

async function prepare(connection: DuckDBConnection, sql: string, views: readonly string[]): Promise<DuckDBPreparedStatement> {
  try {
    return await connection.prepare(sql);
  } catch (error) {
    throw sqlError(error, views);
  }
}

/** DuckDB's message in one sentence, without the copy of the text; for an unknown table, what there is. */
export function sqlError(error: unknown, views: readonly string[]): Error {
  const [message] = (error as Error).message.split('\n\n');
  if (/^Catalog Error: Table with name .* does not exist/.test(message!) && views.length > 0)
    return queryFailed(sentence(message!.split('\n')[0]!), `The lake has the views ${views.join(', ')}.`, { cause: error });
  return queryFailed(sentence(message!.replaceAll('\n', ' ')), '', { cause: error });
}

function sentence(text: string): string {
  return `${text.trim().replace(/[.!]$/, '')}${/\?$/.test(text.trim()) ? '' : '.'}`;
}
