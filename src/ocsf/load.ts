/** The schema of an OCSF version, decoded when first asked for. */
import { ocsfClassUnknown, ocsfVersionUnknown } from './errors.js';
import { nearestNames } from './nearest-name.js';
import v1_1_0 from './schema/1.1.0.json' with { type: 'json' };
import v1_2_0 from './schema/1.2.0.json' with { type: 'json' };
import v1_3_0 from './schema/1.3.0.json' with { type: 'json' };
import type { EventClass, OcsfSchema, OcsfVersion } from './schema.js';
import { decodeTable, type SchemaTable } from './table.js';

const TABLES: Readonly<Record<OcsfVersion, SchemaTable>> = { '1.1.0': v1_1_0, '1.2.0': v1_2_0, '1.3.0': v1_3_0 };

const decoded = new Map<OcsfVersion, OcsfSchema>();

/**
 * The schema of a version: every concrete event class, and every object they reach.
 * Always the same object for a version; shared, so never change it.
 *
 * @throws FalconryError `OCSF_VERSION_UNKNOWN`
 */
export function ocsfSchema(version: OcsfVersion): OcsfSchema {
  let schema = decoded.get(version);
  if (!schema) {
    if (!Object.hasOwn(TABLES, version)) throw ocsfVersionUnknown(version);
    decoded.set(version, (schema = decodeTable(TABLES[version])));
  }
  return schema;
}

/**
 * A class by its schema name.
 *
 * @throws FalconryError `OCSF_CLASS_UNKNOWN`, with the nearest names
 */
export function eventClass(schema: OcsfSchema, name: string): EventClass {
  const found = schema.classes.get(name);
  if (!found) throw ocsfClassUnknown(name, schema.version, nearestNames(name, schema.classes.keys()));
  return found;
}
