/** `falconry query`. */
import { lakeStoreOptions } from '../lake/lake-access.js';
import { openLake, type QueryResult } from '../lake/query.js';
import { openStore } from '../store/open.js';
import { bytes, count, plural } from './numbers.js';
import { ProgressLine } from './progress-line.js';
import { table } from './table.js';

export interface QueryArguments {
  sql: string;
  lake: string;
  region?: string;
  endpointUrl?: string;
  maintenanceRole?: string;
  externalId?: string;
  json?: boolean;
}

/** A cell longer than this is cut; `--json` has it whole. */
const WIDEST_CELL = 80;

export async function queryCommand({ sql, json, ...place }: QueryArguments): Promise<void> {
  const store = await openStore(place.lake, lakeStoreOptions(place));
  const line = new ProgressLine(json !== true);
  try {
    const opened = await openLake(store, {
      onDownload: ({ objects, totalObjects, bytes: done, totalBytes }) =>
        line.show(
          () => `fetching ${count(objects)} of ${plural(totalObjects, 'object')} · ${bytes(done)} of ${bytes(totalBytes)}`,
        ),
    });
    try {
      const result = await opened.run(
        isDescribe(sql) ? `select column_name, column_type from (${sql.replace(/;?\s*$/, '')})` : sql,
      );
      line.clear();
      if (isShowTables(sql) && json !== true) {
        const views = await opened.describe();
        const rows = views.map((view) => [
          view.view,
          cellText(view.sources.length > 1 ? plural(view.sources.length, 'source') : view.sources[0]),
          count(view.objects),
          view.rows === null ? '' : count(view.rows),
        ]);
        process.stdout.write(`${table(['view', 'sources', 'objects', 'rows'], rows, [2, 3])}\n`);
      } else process.stdout.write(json === true ? jsonText(result) : tableText(result));
    } finally {
      await opened.close();
    }
  } finally {
    line.clear();
    await store.close();
  }
}

const isDescribe = (sql: string): boolean => /^\s*describe\s/i.test(sql);
const isShowTables = (sql: string): boolean => /^\s*show\s+tables\s*;?\s*$/i.test(sql);

function jsonText({ columns, rows, truncated }: QueryResult): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
  return `${JSON.stringify({ columns, rows: objects, truncated })}\n`;
}

/** The rows as a table, with how many there are below it. */
export function tableText({ columns, rows, truncated }: QueryResult): string {
  const cells = rows.map((row) => row.map(cellText));
  const numbers = columns.flatMap(({ type }, i) => (/INT|DOUBLE|DECIMAL|FLOAT/.test(type) ? [i] : []));
  const drawn = table(
    columns.map(({ name }) => name),
    cells,
    numbers,
  );
  const end = truncated
    ? `first ${plural(rows.length, 'row')}; there are more, add a limit or use --json`
    : plural(rows.length, 'row');
  return `${drawn}\n(${end})\n`;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  // control characters would move a terminal's cursor
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return plain.length > WIDEST_CELL ? `${plain.slice(0, WIDEST_CELL - 1)}…` : plain;
}
