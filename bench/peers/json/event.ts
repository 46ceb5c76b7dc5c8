/** A line as an object, and what the classes' mappings share. */

export type Line = Record<string, string>;
/** An OCSF event; members that are undefined are left out by JSON.stringify. */
export type Ocsf = Record<string, unknown>;

const PLACEHOLDERS = new Set(['', '-', 'none', 'N/A', '!!!!UNKNOWN!!!!', '0'.repeat(32), '0'.repeat(40), '0'.repeat(64)]);
const NO_ADDRESS = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0']);
const ENVELOPE = ['timestamp', 'ContextTimeStamp', 'id', 'cid', 'aid', 'event_simpleName', 'name', 'ConfigBuild'];
const WEEK = 7 * 86_400_000;
const HOUR = 3_600_000;

/** A value, or undefined where it is absent or a placeholder. */
export function fieldOf(line: Line, field: string): string | undefined {
  const value = line[field];
  return value === undefined || PLACEHOLDERS.has(value) ? undefined : value;
}

export function addressOf(line: Line, field: string): string | undefined {
  const value = fieldOf(line, field);
  return value === undefined || NO_ADDRESS.has(value) ? undefined : value;
}

/** Decimal text within int32. */
export function integerOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= -2147483648 && value <= 2147483647 ? value : undefined;
}

/** Decimal text within 2^53. */
function integerTextOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Decimal seconds as epoch milliseconds. */
export function millisecondsOf(seconds: string | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}

/** As in the SQL peer: a time that is no number is none, and an event without any is of 1970. */
export function eventTimeOf(line: Line, endpointSeconds: string | undefined): number {
  const cloud = Number(line.timestamp ?? Number.NaN);
  const endpoint = millisecondsOf(endpointSeconds) ?? Number.NaN;
  if (endpoint >= cloud - WEEK && endpoint <= cloud + HOUR) return endpoint;
  return [cloud, endpoint, Number(line.UTCTimestamp)].find((time) => !Number.isNaN(time)) ?? 0;
}

/** All members of a line but those that a column took; `taken` says of each whether it really did. */
export function unmappedOf(line: Line, taken: ReadonlyMap<string, (line: Line) => boolean>): Line {
  const rest: Line = {};
  for (const field of Object.keys(line)) {
    const isTaken = taken.get(field);
    if (isTaken === undefined || !(isTaken(line) || PLACEHOLDERS.has(line[field]!))) rest[field] = line[field]!;
  }
  return rest;
}

export function takenFields(
  fields: readonly string[],
  unless: Record<string, (line: Line) => boolean> = {},
): Map<string, (line: Line) => boolean> {
  const always = () => true;
  return new Map([...ENVELOPE, ...fields].map((field) => [field, unless[field] ?? always]));
}

export interface ClassNames {
  uid: number;
  name: string;
  categoryUid: number;
  categoryName: string;
}

export function envelopeOf(names: ClassNames, time: number, activityId: number, activity: string): Ocsf {
  return {
    time,
    class_uid: names.uid,
    class_name: names.name,
    category_uid: names.categoryUid,
    category_name: names.categoryName,
    activity_id: activityId,
    activity_name: activity,
    type_uid: names.uid * 100 + activityId,
    type_name: `${names.name}: ${activity}`,
    severity_id: 1,
    severity: 'Informational',
  };
}

export function metadataOf(line: Line, profiles: string[], originalTime: string | undefined, treeId?: string): Ocsf {
  return {
    uid: fieldOf(line, 'id'),
    version: '1.2.0',
    event_code: fieldOf(line, 'event_simpleName'),
    tenant_uid: fieldOf(line, 'cid'),
    logged_time: integerTextOf(line.timestamp),
    original_time: originalTime,
    profiles,
    correlation_uid: treeId,
    log_name: 'Falcon Data Replicator',
    log_provider: 'CrowdStrike Falcon',
    log_version: fieldOf(line, 'name'),
    product: {
      feature: { name: 'Falcon Data Replicator' },
      name: 'Falcon',
      vendor_name: 'CrowdStrike',
      version: fieldOf(line, 'ConfigBuild'),
    },
  };
}

const SYSTEMS: Record<string, [string, number]> = { Win: ['Windows', 100], Lin: ['Linux', 200], Mac: ['macOS', 300] };

export function deviceOf(line: Line, ip: string | undefined): Ocsf {
  const uid = fieldOf(line, 'aid');
  const system = SYSTEMS[line.event_platform ?? ''];
  return {
    agent_list: [
      { name: 'CrowdStrike Falcon', type_id: 1, type: 'Endpoint Detection and Response', uid, vendor_name: 'CrowdStrike' },
    ],
    ip,
    os: system && { name: system[0], type_id: system[1], type: system[0] },
    type_id: 0,
    type: 'Unknown',
    uid,
  };
}

export type Observable = [name: string, typeId: number, type: string, value: string | undefined];

export function observablesOf(list: readonly Observable[]): Ocsf[] | undefined {
  const found = list.flatMap(([name, type_id, type, value]) => (value === undefined ? [] : [{ name, type_id, type, value }]));
  return found.length > 0 ? found : undefined;
}
