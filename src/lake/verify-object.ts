/** Proves one object: its footer, its columns, its rows. */
import type { ClassLayout } from '../ocsf/layout.js';
import { ocsfSchema } from '../ocsf/load.js';
import type { OcsfSchema, OcsfVersion } from '../ocsf/schema.js';
import { Validator } from '../ocsf/validate.js';
import type { DuckDBReader } from './duckdb-reader.js';
import type { LakeObject } from './lake-objects.js';
import { classOf, isKnownVersion } from './object-class.js';
import { countColumns, type FileColumn, layoutDifferences } from './parquet-columns.js';
import { type ParquetFooter, readFooter } from './parquet-file.js';
import { pageSizes } from './parquet-pages.js';
import { METADATA_KEYS } from './partition.js';
import type { LakeFindings } from './verify-findings.js';
import { checkRowsBySql, type ObjectRows, validateRows } from './verify-rows.js';

export interface SizeLimits {
  /** compressed bytes of a row group */
  rowGroupBytes: number;
  /** uncompressed bytes of a data page */
  pageBytes: number;
}

/** What AWS asks of custom sources: 256 MB and 1 MB. */
export const SECURITY_LAKE_LIMITS: SizeLimits = { rowGroupBytes: 256 * 2 ** 20, pageBytes: 2 ** 20 };

/** How many differences of a layout a message shows. */
const SHOWN_DIFFERENCES = 3;

export interface VerifiedObject {
  rows: number;
  rowsValidated: number;
  /** what the object says it is, else what its first row is */
  class: string | undefined;
  version: string | undefined;
  /** the unit whose objects together hold no event twice, if they say so */
  dedupedUnit: string | undefined;
  columns: readonly FileColumn[];
  largestRowGroupBytes: number;
  largestPageBytes: number;
}

/** Verifies objects; keeps one validator an OCSF version. */
export class ObjectVerifier {
  private readonly validators = new Map<OcsfVersion, Validator>();

  /**
   * @param layouts every committed layout
   * @param rows how many rows of an object to validate as OCSF events; undefined: all
   */
  constructor(
    private readonly reader: DuckDBReader,
    private readonly layouts: readonly ClassLayout[],
    private readonly rows: number | undefined,
    private readonly limits: SizeLimits,
    private readonly findings: LakeFindings,
  ) {}

  /**
   * @param path where the object's bytes are
   * @throws DuckDB's error where the file is not readable to its end
   */
  async verify({ info, partition }: LakeObject, path: string): Promise<VerifiedObject> {
    const { key } = info;
    const footer = await readFooter(this.reader, path);
    const pages = await pageSizes(path, footer.chunks, this.limits.pageBytes);
    this.checkFooter(key, footer, pages.largest, pages.above);
    const { name, version } = await classOf(this.reader, path, footer);
    const schema = this.schema(key, version);
    if (schema !== undefined) this.checkLayout(key, footer, name, schema);
    const rows: ObjectRows = {
      key,
      path,
      rows: footer.rows,
      columns: footer.columns,
      eventDay: partition.eventDay,
      classUid: name === undefined ? undefined : schema?.classes.get(name)?.uid,
      hasLargeIntegers: footer.hasLargeIntegers,
    };
    const said = await checkRowsBySql(this.reader, rows, this.findings);
    const validator = schema && this.validator(schema);
    const rowsValidated = validator ? await validateRows(this.reader, rows, validator, this.rows, said, this.findings) : 0;
    return {
      rows: footer.rows,
      rowsValidated,
      class: name,
      version,
      dedupedUnit: footer.metadata[METADATA_KEYS.deduped] === 'true' ? (footer.metadata[METADATA_KEYS.unit] ?? key) : undefined,
      columns: footer.columns,
      largestRowGroupBytes: footer.largestRowGroupBytes,
      largestPageBytes: pages.largest,
    };
  }

  private checkFooter(object: string, footer: ParquetFooter, largestPage: number, largePages: number): void {
    const { findings } = this;
    const { codecs, largestRowGroupBytes, metadata, rows } = footer;
    if (rows === 0) findings.add('empty_object', { object, message: 'it has no rows' });
    const others = codecs.filter((codec) => codec !== 'ZSTD');
    if (others.length > 0) findings.add('codec', { object, message: `column chunks are ${others.join(', ')}, not ZSTD` });
    if (largestRowGroupBytes > this.limits.rowGroupBytes)
      findings.add('row_group_too_large', { object, message: `a row group has ${largestRowGroupBytes} bytes` });
    if (largePages > 0)
      findings.add('page_too_large', { object, message: `${largePages} data pages, the largest of ${largestPage} bytes` });
    const missing = Object.values(METADATA_KEYS).filter((key) => metadata[key] === undefined);
    if (missing.length > 0) findings.add('metadata_missing', { object, message: `no ${missing.join(', ')}` });
  }

  private schema(object: string, version: string | undefined): OcsfSchema | undefined {
    if (isKnownVersion(version)) return ocsfSchema(version);
    const message = version === undefined ? 'neither metadata nor rows name one' : `"${version}"`;
    this.findings.add('version_unknown', { object, message });
    return undefined;
  }

  private checkLayout(object: string, { columns, metadata }: ParquetFooter, name: string | undefined, schema: OcsfSchema): void {
    const { findings } = this;
    const { version } = schema;
    if (name === undefined || !schema.classes.has(name)) {
      const message = name === undefined ? 'neither metadata nor rows name one' : `OCSF ${version} has no class "${name}"`;
      findings.add('class_unknown', { object, message });
      return;
    }
    const layout = this.layouts.find((candidate) => candidate.class === name && candidate.version === version);
    if (layout === undefined) {
      findings.add('layout_unknown', { object, message: `no layout of ${name} in OCSF ${version}` });
      return;
    }
    const differences = layoutDifferences(columns, layout.columns);
    // an older form lacks columns at its ends, and so does a file that lost them: its own count tells the two apart
    const [said, found] = [metadata[METADATA_KEYS.columns], countColumns(columns)];
    if (said !== undefined && said !== String(found))
      differences.push(`${METADATA_KEYS.columns} is ${said}, the file has ${found}`);
    if (differences.length === 0) return;
    const rest = differences.length > SHOWN_DIFFERENCES ? `; and ${differences.length - SHOWN_DIFFERENCES} more` : '';
    findings.add('layout_mismatch', { object, message: differences.slice(0, SHOWN_DIFFERENCES).join('; ') + rest });
  }

  private validator(schema: OcsfSchema): Validator {
    let validator = this.validators.get(schema.version);
    if (validator === undefined) {
      validator = new Validator(schema, { sqlTimestamps: true });
      this.validators.set(schema.version, validator);
    }
    return validator;
  }
}
