/**
 * What is publicly known of FDR's event types: names, platforms and, of some, the fields. Facts from public samples and
 * lists; a tenant's own dictionary may know more. Pure: the caller reads the files of `mappings/fdr/catalogue`.
 */

export interface CatalogueEvent {
  /** `Win`, `Lin`, `Mac`, `iOS`, `Android`, `K8S`, `Cloud`, `Forensics` …; empty where it is not known */
  platforms: string[];
  /** the envelope's too; empty where no field list is public */
  fields: string[];
}

/** What kind of value a field holds. */
export type FieldType =
  | 'string'
  | 'int'
  | 'enum'
  | 'bitmask'
  | 'bool'
  | 'hash'
  | 'ip'
  | 'array'
  | 'object'
  | 'epoch_s'
  | 'epoch_ms'
  | 'epoch_ms_or_s'
  | 'filetime'
  | 'iso8601';

export interface CatalogueField {
  type: FieldType;
  /** seen beyond 2^53: a number that JSON readers round */
  wide?: true;
  /** of an enum or bitmask, the raw values that are known */
  values?: string[];
}

export interface Catalogue {
  /** by `event_simpleName` */
  events: Record<string, CatalogueEvent>;
  /** by `ExternalApiType`, or what else tells the record's kind; a name that ends with `*` stands for all that begin so */
  external: Record<string, CatalogueEvent>;
  fields: Record<string, CatalogueField>;
}

/** The catalogue's event types, sensor events first, each by its name. */
export function catalogueEvents({ events, external }: Catalogue): [name: string, event: CatalogueEvent][] {
  return [...Object.entries(events), ...Object.entries(external)];
}
