/** process_activity by hand: launches (ProcessRollup2, SyntheticProcessRollup2) and ends (EndOfProcess). */
import { activity, device, ENVELOPE_FIELDS, envelope } from './envelope.js';
import { address, filled, milliseconds, observables, unmapped } from './fields.js';
import type { SqlClass } from './sql-class.js';

const NAMES = { uid: 1007, name: 'Process Activity', categoryUid: 1, categoryName: 'System Activity' };
const ENDS = `"event_simpleName" = 'EndOfProcess'`;
const LAUNCH_ONLY = [
  'OciContainerId',
  'ImageFileName',
  'CommandLine',
  'ProcessEndTime',
  'IntegrityLevel',
  'SHA256HashData',
  'SHA1HashData',
  'MD5HashData',
  'AuthenticationId',
  'ParentBaseFileName',
  'SourceProcessId',
  'TreeId',
];
const END_ONLY = ['ContextProcessId', 'ExitCode'];
const BOTH = [
  'event_platform',
  'LocalAddressIP4',
  'aip',
  'TargetProcessId',
  'RawProcessId',
  'ProcessStartTime',
  'UserName',
  'UserSid',
  'UID',
  'ParentProcessId',
];

/** A column that only launches fill. */
const launch = (sql: string) => `CASE WHEN NOT ${ENDS} THEN ${sql} END`;
const HOST_IP = address('LocalAddressIP4');
const DEVICE_IP = `COALESCE(${HOST_IP}, ${address('aip')})`;
const USER_ID = 'COALESCE("UserSid", "UID")';
const CREATOR = `CASE WHEN ${ENDS} THEN "ContextProcessId" ELSE COALESCE("SourceProcessId", "ParentProcessId") END`;
const CREATOR_NAME = launch('CASE WHEN "SourceProcessId" IS NULL THEN "ParentBaseFileName" END');
const COMMAND = launch('"CommandLine"');
const IMAGE_NAME = launch(`parse_filename("ImageFileName", false, 'both_slash')`);
const PARENT_NAME = launch('CASE WHEN "ParentProcessId" IS NOT NULL THEN "ParentBaseFileName" END');
const HASHES = launch(
  `list_filter([{'algorithm_id': 3, 'algorithm': 'SHA-256', 'value': "SHA256HashData"}, {'algorithm_id': 2, 'algorithm': 'SHA-1', 'value': "SHA1HashData"}, {'algorithm_id': 1, 'algorithm': 'MD5', 'value': "MD5HashData"}], lambda h: h.value IS NOT NULL)`,
);

const before = observables([
  ['actor.process.name', 9, 'Process Name', CREATOR_NAME],
  ['device.ip', 2, 'IP Address', DEVICE_IP],
  ['process.cmd_line', 13, 'Command Line', COMMAND],
]);
const ofHashes = `list_transform(COALESCE(${HASHES}, []), lambda h, i: {'name': 'process.file.hashes[' || (i - 1) || '].value', 'type_id': 8, 'type': 'Hash', 'value': h.value})`;
const after = observables([
  ['process.file.name', 7, 'File Name', IMAGE_NAME],
  ['process.name', 9, 'Process Name', IMAGE_NAME],
  ['process.parent_process.name', 9, 'Process Name', PARENT_NAME],
  ['process.user.name', 4, 'User Name', '"UserName"'],
]);

/** Fields that both take, and when they stay in `unmapped` as well. */
const TAKEN = {
  ...Object.fromEntries([...ENVELOPE_FIELDS, ...BOTH].map((name) => [name, ''])),
  aip: `${HOST_IP} IS NOT NULL`,
  UID: '"UserSid" IS NOT NULL',
  RawProcessId: 'TRY_CAST("RawProcessId" AS INTEGER) IS NULL',
};

export const processClass: SqlClass = {
  name: 'process_activity',
  events: ['ProcessRollup2', 'SyntheticProcessRollup2', 'EndOfProcess'],
  fields: [...ENVELOPE_FIELDS, ...BOTH, ...LAUNCH_ONLY, ...END_ONLY],
  columns: (way) => ({
    ...envelope(
      NAMES,
      `CASE WHEN "OciContainerId" IS NOT NULL THEN ['container', 'datetime'] ELSE ['datetime'] END`,
      `COALESCE("ContextTimeStamp", ${launch('"ProcessStartTime"')})`,
      false,
    ),
    'metadata.correlation_uid': launch('"TreeId"'),
    ...activity(NAMES, `CASE WHEN ${ENDS} THEN 2 ELSE 1 END`, `CASE WHEN ${ENDS} THEN 'Terminate' ELSE 'Launch' END`),
    ...device(DEVICE_IP),
    'actor.app_name': `CASE WHEN ${CREATOR} IS NULL THEN 'Unknown' END`,
    'actor.process?': `${CREATOR} IS NOT NULL`,
    'actor.process.name': CREATOR_NAME,
    'actor.process.uid': CREATOR,
    exit_code: `CASE WHEN ${ENDS} THEN TRY_CAST("ExitCode" AS INTEGER) END`,
    'process.cmd_line': COMMAND,
    'process.container?': launch('"OciContainerId" IS NOT NULL'),
    'process.container.uid': '"OciContainerId"',
    'process.created_time': milliseconds('"ProcessStartTime"'),
    'process.file?': launch('"ImageFileName" IS NOT NULL'),
    'process.file.hashes': filled(HASHES),
    'process.file.name': IMAGE_NAME,
    'process.file.path': '"ImageFileName"',
    'process.file.type_id': '1',
    'process.file.type': `'Regular File'`,
    'process.integrity_id': launch(
      `CASE "IntegrityLevel" WHEN '0' THEN 1 WHEN '4096' THEN 2 WHEN '8192' THEN 3 WHEN '12288' THEN 4 WHEN '16384' THEN 5 WHEN '20480' THEN 6 ELSE CASE WHEN "IntegrityLevel" IS NOT NULL THEN 99 END END`,
    ),
    'process.integrity': launch(
      `CASE "IntegrityLevel" WHEN '0' THEN 'Untrusted' WHEN '4096' THEN 'Low' WHEN '8192' THEN 'Medium' WHEN '12288' THEN 'High' WHEN '16384' THEN 'System' WHEN '20480' THEN 'Protected' ELSE "IntegrityLevel" END`,
    ),
    'process.name': IMAGE_NAME,
    'process.parent_process?': '"ParentProcessId" IS NOT NULL',
    'process.parent_process.name': PARENT_NAME,
    'process.parent_process.uid': '"ParentProcessId"',
    'process.pid': 'TRY_CAST("RawProcessId" AS INTEGER)',
    'process.session?': launch('"AuthenticationId" IS NOT NULL'),
    'process.session.uid': '"AuthenticationId"',
    'process.terminated_time': launch(milliseconds('"ProcessEndTime"')),
    'process.uid': '"TargetProcessId"',
    'process.user?': `"UserName" IS NOT NULL OR ${USER_ID} IS NOT NULL`,
    'process.user.name': '"UserName"',
    'process.user.uid': USER_ID,
    observables: filled(`list_concat(${before}, ${ofHashes}, ${after})`),
    unmapped: `CASE WHEN ${ENDS} THEN ${unmapped({ ...TAKEN, ContextProcessId: '', ExitCode: 'TRY_CAST("ExitCode" AS INTEGER) IS NULL' }, way)}
      ELSE ${unmapped({ ...TAKEN, ...Object.fromEntries(LAUNCH_ONLY.map((name) => [name, ''])) }, way)} END`,
  }),
};
