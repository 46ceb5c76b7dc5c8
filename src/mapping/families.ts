/**
 * Families of event types: what an event type's name tells of its class, and which fields have the same meaning in the whole family.
 * A skeleton is made of them; the shipped mappings do not use them.
 */

/** An attribute and its value in the mapping language; used where the type has all the fields it needs. */
export interface FamilyEntry {
  path: string;
  value: string;
  needs: readonly string[];
}

export interface Family {
  pattern: RegExp;
  class: string;
  /** in the mapping language */
  activity: string;
  /** fields without which the class cannot be filled */
  requires: readonly string[];
  entries: readonly FamilyEntry[];
}

const field = (path: string, name: string, kernel = ''): FamilyEntry => ({ path, value: `${name}${kernel}`, needs: [name] });
const constant = (path: string, value: string, ...needs: string[]): FamilyEntry => ({
  path,
  value: `{ value: ${value} }`,
  needs,
});

/** A file of one field, with the hashes that stand beside it. */
const file = (path: string, name: string): FamilyEntry[] => [
  field(`${path}.name`, name, ' | basename'),
  field(`${path}.path`, name),
  constant(`${path}.type_id`, 'Regular File', name),
  {
    path: `${path}.hashes`,
    value: '{ hashes: { SHA-256: SHA256HashData } }',
    needs: [name, 'SHA256HashData'],
  },
];

const ACTOR: readonly FamilyEntry[] = [
  field('actor.process.uid', 'ContextProcessId'),
  // a process wants an id
  { path: 'actor.process.name', value: 'ContextBaseFileName', needs: ['ContextBaseFileName', 'ContextProcessId'] },
  field('actor.user.uid', 'UserSid'),
  field('actor.user.name', 'UserName'),
];

/** The first whose pattern fits is the type's. */
export const FAMILIES: readonly Family[] = [
  {
    pattern: /FileWritten$/,
    class: 'file_activity',
    activity: 'Create',
    requires: ['TargetFileName'],
    entries: [...ACTOR, ...file('file', 'TargetFileName'), field('file.size', 'Size')],
  },
  {
    pattern: /File\w*Deleted$/,
    class: 'file_activity',
    activity: 'Delete',
    requires: ['TargetFileName'],
    entries: [...ACTOR, ...file('file', 'TargetFileName')],
  },
  {
    pattern: /DriverLoad(ed)?$/,
    class: 'kernel_extension',
    activity: 'Load',
    requires: ['ImageFileName'],
    entries: [...ACTOR, ...file('driver.file', 'ImageFileName')],
  },
  {
    pattern: /(Module|Image)Load(ed)?$/,
    class: 'module_activity',
    activity: 'Load',
    requires: ['ImageFileName'],
    entries: [...ACTOR, ...file('module.file', 'ImageFileName')],
  },
  {
    pattern: /^ProcessRollup/,
    class: 'process_activity',
    activity: 'Launch',
    requires: ['TargetProcessId'],
    entries: [
      field('actor.process.uid', 'SourceProcessId'),
      field('process.uid', 'TargetProcessId'),
      field('process.pid', 'RawProcessId'),
      field('process.name', 'ImageFileName', ' | basename'),
      field('process.cmd_line', 'CommandLine'),
      ...file('process.file', 'ImageFileName'),
    ],
  },
  {
    pattern: /InjectedThread$/,
    class: 'process_activity',
    activity: 'Inject',
    requires: ['TargetProcessId'],
    entries: [...ACTOR, field('process.uid', 'TargetProcessId'), field('process.pid', 'RawProcessId')],
  },
  {
    pattern: /^(Asep|Reg)\w*KeyUpdate$/,
    class: 'registry_key_activity',
    activity: '{ field: RegOperationType, enum: { 3: Create, 4: Delete, 5: Set Security, 7: Rename }, else: source }',
    requires: ['RegObjectName', 'RegOperationType'],
    entries: [...ACTOR, field('reg_key.path', 'RegObjectName')],
  },
  {
    pattern: /^(Asep|Reg)\w*ValueUpdate$/,
    class: 'registry_value_activity',
    activity: '{ field: RegOperationType, enum: { 1: Set, 2: Delete, 101: Set, 102: Delete } }',
    requires: ['RegObjectName', 'RegValueName', 'RegOperationType'],
    entries: [...ACTOR, field('reg_value.path', 'RegObjectName'), field('reg_value.name', 'RegValueName')],
  },
  {
    pattern: /DnsRequest$/,
    class: 'dns_activity',
    activity: 'Query',
    requires: ['DomainName'],
    entries: [...ACTOR, field('query.hostname', 'DomainName'), { path: 'src_endpoint.uid', value: 'aid', needs: [] }],
  },
  {
    pattern: /DetectInfo$/,
    class: 'detection_finding',
    activity: 'Create',
    requires: [],
    entries: [
      { path: 'finding_info.uid', value: 'id', needs: [] },
      { path: 'finding_info.title', value: 'event_simpleName', needs: [] },
      field('finding_info.analytic.uid', 'PatternId'),
    ],
  },
];

/** Whose events are about the sensor itself, whatever they say. */
export const SENSOR_OWN = /^(Channel|Config|LFO|Lfo|Sensor|Lightning)/;
