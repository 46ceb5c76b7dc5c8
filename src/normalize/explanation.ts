/** What became of a line and of each of its fields, as data for people and machines. */
import type { AlternativeSource } from '../mapping/plan.js';
import type { QuarantinedLine } from './normalizer.js';
import type { PlainRow, PlainValue } from './row-values.js';

/** Why a field stands in `unmapped`. */
export type UnmappedReason =
  /** no entry of the rule takes it (in this OCSF version) */
  | 'no-home'
  /** a placeholder that no entry takes: it stays with its own text */
  | 'placeholder'
  /** an attribute cannot hold the value */
  | 'impossible'
  /** the entry's enum or table does not list the value */
  | 'not-listed'
  /** an attribute has a part of it (a base name, a range, a time without its finer digits): the rest is told here */
  | 'in-part'
  /** another field has filled the attribute */
  | 'filled-by-another'
  /** the object lacks what OCSF requires beside it */
  | 'incomplete-object'
  /** the entry's kernel finds nothing in it to take */
  | 'nothing-taken';

/** Why a field leaves nothing behind at all. */
export type AbsentReason =
  | 'null'
  /** the mapping's list of placeholders has it */
  | 'placeholder'
  /** it means "none" for the attribute's type: 0.0.0.0, a hash of zeros */
  | 'no-value';

/** An attribute with what was written: `answers[1].rdata`. */
export interface FilledAttribute {
  path: string;
  value: PlainValue;
  /** beside an enum's id */
  caption?: string;
}

/** Where a field of the line went: to `attributes`, to `unmapped`, to both, or it was `absent`. */
export interface ExplainedField {
  field: string;
  /** its text as FDR has it, of arrays their JSON; null for a JSON null */
  text: string | null;
  attributes: FilledAttribute[];
  unmapped?: UnmappedReason;
  absent?: AbsentReason;
}

interface LinePlace {
  /** from 1 */
  line: number;
  /** offset in the inflated file */
  offset: number;
}

export interface WrittenExplanation extends LinePlace {
  outcome: 'written';
  eventType: string;
  class: string;
  activity: { id: number; name?: string };
  mapping: AlternativeSource;
  /** RFC 3339, and the field that told it */
  time: string;
  timeFrom: string;
  /** in the order of the line */
  fields: ExplainedField[];
  /** attributes that the mapping fills whatever the event holds */
  constants: FilledAttribute[];
  /** the whole row as `convert` writes it */
  row: PlainRow;
}

export interface QuarantinedExplanation extends LinePlace {
  outcome: 'quarantined';
  reason: QuarantinedLine['reason'] | 'line-too-long';
  /** the beginning of the line */
  text: string;
}

export type Explanation = WrittenExplanation | QuarantinedExplanation;
