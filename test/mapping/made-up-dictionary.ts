/** A dictionary of event types that FDR does not have: one of each family, and some with names that are hard to carry. */
export interface MadeUpEntry {
  id: string;
  name: string;
  description?: string;
  platform: string;
  base_id: string;
  version: number;
  fields: { id: string; name: string; optional: boolean; 'version-added': number }[] | null;
}

let ids = 0;

export function entry(name: string, fields: readonly string[] | null, more: Partial<MadeUpEntry> = {}): MadeUpEntry {
  const id = String(++ids);
  const told = fields?.map((field, i) => ({ id: String(i), name: field, optional: false, 'version-added': 0 }));
  return { id, name, platform: 'win', base_id: id, version: 1, fields: told ?? null, ...more };
}

/** One of each family with every field that the family knows and one that nobody does; and the class that it belongs to. */
export const OF_FAMILIES: readonly [MadeUpEntry, className: string][] = [
  [entry('QuuxFileWritten', ['TargetFileName', 'SHA256HashData', 'Size', 'ContextProcessId', 'QuuxMood']), 'file_activity'],
  [entry('QuuxFileWasDeleted', ['TargetFileName', 'UserSid', 'UserName', 'QuuxMood']), 'file_activity'],
  [entry('QuuxDriverLoaded', ['ImageFileName', 'SHA256HashData', 'ContextProcessId', 'QuuxMood']), 'kernel_extension'],
  [entry('QuuxModuleLoad', ['ImageFileName', 'SHA256HashData', 'ContextBaseFileName', 'QuuxMood']), 'module_activity'],
  [
    entry('ProcessRollup99', [
      'TargetProcessId',
      'SourceProcessId',
      'RawProcessId',
      'ImageFileName',
      'CommandLine',
      'SHA256HashData',
      'QuuxMood',
    ]),
    'process_activity',
  ],
  [entry('QuuxInjectedThread', ['TargetProcessId', 'RawProcessId', 'ContextProcessId', 'QuuxMood']), 'process_activity'],
  [entry('AsepQuuxKeyUpdate', ['RegObjectName', 'RegOperationType', 'QuuxMood']), 'registry_key_activity'],
  [entry('RegQuuxValueUpdate', ['RegObjectName', 'RegValueName', 'RegOperationType', 'QuuxMood']), 'registry_value_activity'],
  [entry('QuuxDnsRequest', ['DomainName', 'ContextProcessId', 'QuuxMood']), 'dns_activity'],
  [entry('QuuxDetectInfo', ['PatternId', 'QuuxMood']), 'detection_finding'],
  [entry('QuuxHappened', ['QuuxMood']), 'base_event'],
  [entry('SensorQuux', null), 'base_event'],
  [entry('QuuxlessFileWritten', ['Size']), 'base_event'],
];

/** Names that somebody chose to do harm, and fields of that kind. */
export const HOSTILE_NAMES = [
  '../../../etc/passwd',
  'C:\\Windows\\x.yaml',
  '__proto__',
  'constructor',
  'null',
  'true',
  '1.10',
  '- a',
  'a: b # c',
  '{ x: [',
  '&anchor *alias',
  '"quoted" \'too\'',
  '用户😀',
  '%TAG',
  '!tag',
  ' leading and trailing ',
];

export const hostileEntries = (): MadeUpEntry[] =>
  HOSTILE_NAMES.map((name) =>
    entry(name, HOSTILE_NAMES, { description: `${name}\nclass: evil\u2028- events: [x]`, platform: name }),
  );
