/** Proves the rows of one object: what SQL can say of all of them, and OCSF validity by our own validator, row by row. */
import type { Validator } from '../ocsf/validate.js';
import { type DuckDBReader, parquetTable } from './duckdb-reader.js';
import { dayBounds } from './lake-objects.js';
import { columnAt, type FileColumn } from './parquet-columns.js';
import type { LakeFindings, LakeRule } from './verify-findings.js';
import { jsonRow } from './verify-json.js';

/** An object being verified. */
export interface ObjectRows {
  /** key in the lake, for messages */
  key: string;
  /** where its bytes are */
  path: string;
  rows: number;
  columns: readonly FileColumn[];
  /** yyyymmdd */
  eventDay: string;
  /** class_uid that every row must have; undefined if the class is not known */
  classUid: number | undefined;
  hasLargeIntegers: boolean;
}

/** A rule that SQL checks: which rows break it, what to show of them. */
interface RowRule {
  rule: LakeRule;
  /** columns it needs, with their type */
  needs: Readonly<Record<string, string>>;
  breaks: string;
  shows: string;
  message(shown: string): string;
}

const EXAMPLES = 5;

/** What a rule here says of all rows, the validator need not say again: its rule and path. */
const SAYS: Partial<Record<LakeRule, string>> = {
  time_missing: 'required_missing time',
  time_dt_mismatch: 'datetime_mismatch time_dt',
  type_uid_mismatch: 'type_uid_mismatch type_uid',
};

function rowRules({ eventDay, classUid }: ObjectRows): RowRule[] {
  const { from, to } = dayBounds(eventDay);
  const asTime = (ms: string) => (Number.isNaN(new Date(Number(ms)).getTime()) ? ms : new Date(Number(ms)).toISOString());
  const rules: RowRule[] = [
    { rule: 'time_missing', needs: { time: 'long' }, breaks: 'time IS NULL', shows: "''", message: () => 'time is null' },
    {
      rule: 'time_unordered',
      needs: { time: 'long' },
      breaks: 'time < time_before',
      shows: "time || ' ' || time_before",
      message: (shown) => shown.split(' ').map(asTime).join(' comes after '),
    },
    {
      rule: 'wrong_day',
      needs: { time: 'long' },
      breaks: `time < ${from} OR time >= ${to}`,
      shows: 'time',
      message: (shown) => `${asTime(shown)} is not on ${eventDay}`,
    },
    {
      rule: 'time_dt_mismatch',
      needs: { time: 'long', time_dt: 'timestamp' },
      breaks: 'epoch_us(time_dt) IS DISTINCT FROM time::HUGEINT * 1000',
      shows: "coalesce(time_dt::VARCHAR, 'null') || '|' || coalesce(time::VARCHAR, 'null')",
      message: (shown) => `time_dt is ${shown.split('|')[0]}, time is ${asTime(shown.split('|')[1]!)}`,
    },
    {
      rule: 'type_uid_mismatch',
      needs: { type_uid: 'long', class_uid: 'integer', activity_id: 'integer' },
      breaks: 'type_uid IS DISTINCT FROM class_uid::BIGINT * 100 + activity_id',
      shows: "concat_ws(' ', coalesce(type_uid::VARCHAR, 'null'), class_uid, activity_id)",
      message: (shown) => `type_uid, class_uid, activity_id are ${shown}`,
    },
  ];
  if (classUid === undefined) return rules;
  return rules.concat({
    rule: 'class_mixed',
    needs: { class_uid: 'integer' },
    breaks: `class_uid IS DISTINCT FROM ${classUid}`,
    shows: "coalesce(class_uid::VARCHAR, 'null')",
    message: (shown) => `class_uid is ${shown}, the object's class is ${classUid}`,
  });
}

/**
 * Checks all rows by one scan of the few columns that the rules need. A rule whose columns the file lacks is left out: its layout
 * is an offence already.
 *
 * @returns what the validator would only repeat
 */
export async function checkRowsBySql(reader: DuckDBReader, object: ObjectRows, findings: LakeFindings): Promise<Set<string>> {
  const { key, columns, path } = object;
  const has = (needs: RowRule['needs']) => Object.entries(needs).every(([name, type]) => columnAt(columns, name)?.type === type);
  const rules = rowRules(object).filter(({ needs }) => has(needs));
  if (rules.length === 0) return new Set();
  const names = [...new Set(rules.flatMap(({ needs }) => Object.keys(needs)))];
  const ordered = names.includes('time') ? ', lag(time) OVER () AS time_before' : '';
  const select = rules.map(
    ({ breaks, shows }, i) =>
      `count(*) FILTER (${breaks}) AS n${i}, ` +
      `arg_min({r: row_number, s: (${shows})::VARCHAR}, row_number, ${EXAMPLES}) FILTER (${breaks}) AS e${i}`,
  );
  // lag() without an order takes the rows as they come, which DuckDB promises by preserve_insertion_order; proven by in_order
  const [found] = await reader.rows<Record<string, unknown>>(
    `SELECT ${select.join(', ')}, bool_and(row_number = coalesce(row_before + 1, 0)) AS in_order
     FROM (SELECT file_row_number AS row_number, lag(file_row_number) OVER () AS row_before, ${names.join(', ')}${ordered}
           FROM ${parquetTable(path, ', file_row_number = true')})`,
  );
  if (found!.in_order === false) throw new Error(`DuckDB gave the rows of ${path} out of order`);
  rules.forEach(({ rule, message }, i) => {
    const examples = ((found![`e${i}`] ?? []) as { r: string; s: string | null }[]).map(({ r, s }) => {
      return { object: key, row: Number(r), message: message(s ?? 'null') };
    });
    findings.addAll(rule, examples, Number(found![`n${i}`]));
  });
  return new Set(rules.flatMap(({ rule }) => SAYS[rule] ?? []));
}

/**
 * Validates rows as OCSF events.
 *
 * @param limit about how many rows, evenly spread; undefined: all
 * @param said what {@link checkRowsBySql} has said
 * @returns how many were validated
 */
export async function validateRows(
  reader: DuckDBReader,
  object: ObjectRows,
  validator: Validator,
  limit: number | undefined,
  said: ReadonlySet<string>,
  findings: LakeFindings,
): Promise<number> {
  const step = limit === undefined ? 1 : Math.max(1, Math.ceil(object.rows / Math.max(1, limit)));
  // the row's alias must not be the name of a column, which to_json would then take instead
  const every = step === 1 ? '' : ` WHERE file_row_number % ${step} = 0`;
  const columns = step === 1 ? '*' : '* EXCLUDE (file_row_number)';
  const table = parquetTable(object.path, step === 1 ? '' : ', file_row_number = true');
  let row = 0;
  for await (const chunk of reader.chunks(
    `SELECT to_json(_falconry_row)::VARCHAR FROM (SELECT ${columns} FROM ${table}${every}) _falconry_row`,
  )) {
    for (const text of chunk.getColumnValues(0)) {
      for (const { rule, path, message } of validator.validate(jsonRow(text as string, object.hasLargeIntegers))) {
        if (said.has(`${rule} ${path}`)) continue;
        findings.add(`ocsf.${rule}`, { object: object.key, row: row * step, path, message });
      }
      row++;
    }
  }
  return row;
}
