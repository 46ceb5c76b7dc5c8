import type { Columns } from './columns.js';
import type { UnmappedWay } from './fields.js';

/** A class as the peer writes it. */
export interface SqlClass {
  /** OCSF's name of the class */
  name: string;
  /** event types it takes; none: the rest */
  events: readonly string[];
  /** fields that its columns read */
  fields: readonly string[];
  columns(unmapped: UnmappedWay): Columns;
}
