/** What a snapshot is made of: tables of facts, from which lines, under which keys. */
import type { LineFields } from './line-fields.js';

/** Fields of a host that change seldom: what a row says of a day (its address, its clock) is no fact that holds until the next. */
const HOST_FIELDS = [
  'ComputerName',
  'MachineDomain',
  'OU',
  'SiteName',
  'event_platform',
  'Version',
  'ProductType',
  'SystemManufacturer',
  'SystemProductName',
  'FalconGroupingTags',
  'SensorGroupingTags',
] as const;

export interface FactFeed {
  /** the table's name */
  table: TableName;
  fields: readonly string[];
  /** the field that is a line's own time */
  time: string;
  /** fields that say whose the facts are */
  keyFields: readonly string[];
  /** the key of the line read last; undefined: its facts are nobody's that events could name */
  keyOf(line: LineFields): string | undefined;
}

export const TABLES = ['hosts', 'users', 'identities'] as const;
export type TableName = (typeof TABLES)[number];

/** Between the parts of a key; no part holds one. */
const BETWEEN = '\n';

/** Key of a user of a tenant: the SIDs of a domain mean the same user on every host. */
export const userKey = (cid: string, uid: string): string => cid + BETWEEN + uid;
/** Key of a user of a host, whose uid may mean another on the next. */
export const identityKey = (aid: string, uid: string): string => aid + BETWEEN + uid;

/** SIDs of accounts. The rest (S-1-5-18 …) are Windows' own, the same everywhere, with names in the host's language. */
const ACCOUNT_SID = /^S-1-(5-21|12-1)-/;

export const AIDMASTER: FactFeed = {
  table: 'hosts',
  fields: HOST_FIELDS,
  time: 'Time',
  keyFields: ['aid'],
  keyOf: (line) => line.textOf('aid') || undefined,
};

export const USERINFO: FactFeed = {
  table: 'users',
  fields: ['UserName', 'User', 'UserIsAdmin'],
  time: '_time',
  keyFields: ['cid', 'UserSid_readable', 'UserName'],
  keyOf(line) {
    const sid = line.textOf('UserSid_readable');
    return ACCOUNT_SID.test(sid) && line.textOf('UserName') !== '' ? userKey(line.textOf('cid'), sid) : undefined;
  },
};

/** Events of this type; Windows names a user by its SID, the others by a number. */
export const USER_IDENTITY: FactFeed & { eventType: string } = {
  eventType: 'UserIdentity',
  table: 'identities',
  fields: ['UserName', 'UserPrincipal', 'LogonDomain', 'UserIsAdmin'],
  time: 'ContextTimeStamp',
  keyFields: ['aid', 'UserSid', 'UID', 'UserName', 'event_simpleName'],
  keyOf(line) {
    const aid = line.textOf('aid');
    const uid = line.textOf('UserSid') || line.textOf('UID');
    const isAccount = ACCOUNT_SID.test(uid) || /^\d+$/.test(uid);
    return aid !== '' && isAccount && line.textOf('UserName') !== '' ? identityKey(aid, uid) : undefined;
  },
};
