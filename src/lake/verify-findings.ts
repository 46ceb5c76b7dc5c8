/** What `verify` can find in a lake, and how findings are counted. */
import { RULES as OCSF_RULES, type Rule as OcsfRule } from '../ocsf/findings.js';

/** `offence`: the lake is wrong; `warning`: it works, but not as it should; `note`: worth knowing. */
export type Level = 'offence' | 'warning' | 'note';

/** Every rule of its own; those of OCSF come as `ocsf.<rule>` with the validator's level. */
export const LAKE_RULES = {
  misplaced: ['offence', 'a Parquet object whose key breaks the path rules, or whose partition values cannot be'],
  foreign: ['offence', 'something under ext/ that is no Parquet object'],
  leftover: ['warning', 'a temporary file that a killed writer left'],
  vanished: ['warning', 'an object that was gone or replaced when it was to be read'],
  unreadable: ['offence', 'an object that is not readable as Parquet to its end'],
  empty_object: ['warning', 'an object without rows'],
  codec: ['offence', 'column chunks that are not compressed with zstandard'],
  row_group_too_large: ['offence', 'a row group above 256 MiB compressed'],
  page_too_large: [
    'warning',
    'a data page above 1 MiB uncompressed; smaller row groups (convert --row-group-rows) make smaller pages',
  ],
  metadata_missing: ['offence', 'a key that the file metadata must have is not there'],
  version_unknown: ['offence', 'an OCSF version that Falconry does not know: the rows are not validated'],
  class_unknown: ['offence', 'a class that the OCSF version does not have'],
  source_mixed_class: ['offence', 'a source with objects of several classes'],
  source_mixed_version: ['offence', 'a source with objects of several OCSF versions'],
  layout_unknown: ['offence', 'a class and version without a committed layout'],
  layout_mismatch: [
    'offence',
    'columns that are neither the committed layout nor an older form of it, or not as many as the file says',
  ],
  class_mixed: ['offence', 'a row of another class than its object'],
  time_missing: ['offence', 'a row without time'],
  time_unordered: ['offence', 'a row earlier than the row before it'],
  wrong_day: ['offence', 'a row whose UTC day is not the eventDay of its object'],
  time_dt_mismatch: ['offence', 'a row whose time_dt is absent or another instant than time'],
  type_uid_mismatch: ['offence', 'a row whose type_uid is not class_uid * 100 + activity_id'],
  duplicate: [
    'offence',
    'an event that stands more than once in the objects of a unit that says it removed duplicates, or in what compaction has left',
  ],
  replaced_object: [
    'offence',
    'an object that compaction or a backfill has replaced and deleted is there again; the next compaction removes it',
  ],
  replaced_soon: [
    'note',
    'an object that compaction or a backfill replaces and that is not yet deleted: its events may stand twice until it is',
  ],
  compacted_missing: ['offence', 'an object that compaction has published is not there, or not as it was written'],
  duplicate_elsewhere: ['note', 'an event that a partition holds more than once; compaction removes it'],
} as const satisfies Record<string, readonly [Level, string]>;

export type LakeRule = keyof typeof LAKE_RULES | `ocsf.${OcsfRule}`;

export interface LakeExample {
  /** the object's key in the lake */
  object: string;
  /** row of the object, the first is 0 (DuckDB's file_row_number) */
  row?: number;
  /** where in the row, as `process.file.name` */
  path?: string;
  message: string;
}

export interface LakeFinding {
  rule: LakeRule;
  level: Level;
  /** rows, for a rule about rows; objects else */
  count: number;
  /** the first five, in the order in which the lake was read */
  examples: LakeExample[];
}

const EXAMPLES = 5;

/** Counts findings by rule. */
export class LakeFindings {
  private readonly byRule = new Map<LakeRule, LakeFinding>();

  /** One finding, or `count` of them of which this is an example. */
  add(rule: LakeRule, example: LakeExample, count = 1): void {
    const finding = this.of(rule);
    finding.count += count;
    if (finding.examples.length < EXAMPLES) finding.examples.push(example);
  }

  /** `count` findings with their first examples. */
  addAll(rule: LakeRule, examples: readonly LakeExample[], count: number): void {
    if (count === 0) return;
    const finding = this.of(rule);
    finding.count += count;
    finding.examples.push(...examples.slice(0, EXAMPLES - finding.examples.length));
  }

  /** How many findings of a level there are. */
  total(level: Level): number {
    let total = 0;
    for (const finding of this.byRule.values()) if (finding.level === level) total += finding.count;
    return total;
  }

  /** Offences first, then warnings, then notes; the most frequent first. */
  sorted(): LakeFinding[] {
    const rank: Record<Level, number> = { offence: 0, warning: 1, note: 2 };
    return [...this.byRule.values()].sort(
      (a, b) => rank[a.level] - rank[b.level] || b.count - a.count || (a.rule < b.rule ? -1 : 1),
    );
  }

  private of(rule: LakeRule): LakeFinding {
    let finding = this.byRule.get(rule);
    if (finding === undefined) this.byRule.set(rule, (finding = { rule, level: levelOf(rule), count: 0, examples: [] }));
    return finding;
  }
}

/** What a rule says, in words. */
export function ruleText(rule: LakeRule): string {
  return rule.startsWith('ocsf.')
    ? OCSF_RULES[rule.slice('ocsf.'.length) as OcsfRule][1]
    : LAKE_RULES[rule as keyof typeof LAKE_RULES][1];
}

function levelOf(rule: LakeRule): Level {
  if (!rule.startsWith('ocsf.')) return LAKE_RULES[rule as keyof typeof LAKE_RULES][0];
  return OCSF_RULES[rule.slice('ocsf.'.length) as OcsfRule][0] === 'error' ? 'offence' : 'warning';
}
