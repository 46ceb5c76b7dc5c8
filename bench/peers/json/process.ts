/** process_activity by hand, an object an event. */
import {
  addressOf,
  deviceOf,
  envelopeOf,
  eventTimeOf,
  fieldOf,
  integerOf,
  type Line,
  metadataOf,
  millisecondsOf,
  type Observable,
  type Ocsf,
  observablesOf,
  takenFields,
  unmappedOf,
} from './event.js';

const PROCESS = { uid: 1007, name: 'Process Activity', categoryUid: 1, categoryName: 'System Activity' };

const INTEGRITY: Record<string, [number, string]> = {
  0: [1, 'Untrusted'],
  4096: [2, 'Low'],
  8192: [3, 'Medium'],
  12288: [4, 'High'],
  16384: [5, 'System'],
  20480: [6, 'Protected'],
};

const hasPid = (line: Line) => integerOf(line.RawProcessId) !== undefined;
const noHostAddress = (line: Line) => addressOf(line, 'LocalAddressIP4') === undefined;
const noSid = (line: Line) => fieldOf(line, 'UserSid') === undefined;
const OF_BOTH = [
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
const PROCESS_RULES = { RawProcessId: hasPid, aip: noHostAddress, UID: noSid };
const OF_LAUNCH = takenFields(
  [
    ...OF_BOTH,

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
  ],
  PROCESS_RULES,
);
const OF_END = takenFields([...OF_BOTH, 'ContextProcessId', 'ExitCode'], {
  ...PROCESS_RULES,
  ExitCode: (line) => integerOf(line.ExitCode) !== undefined,
});

export function processOf(line: Line): Ocsf {
  const ends = line.event_simpleName === 'EndOfProcess';
  const get = (field: string) => fieldOf(line, field);
  const launch = (field: string) => (ends ? undefined : get(field));
  const originalTime = get('ContextTimeStamp') ?? launch('ProcessStartTime');
  const ip = addressOf(line, 'LocalAddressIP4') ?? addressOf(line, 'aip');
  const parent = get('ParentProcessId');
  const creator = ends ? get('ContextProcessId') : (get('SourceProcessId') ?? parent);
  const creatorName = ends || get('SourceProcessId') !== undefined ? undefined : get('ParentBaseFileName');
  const parentName = parent === undefined ? undefined : launch('ParentBaseFileName');
  const image = launch('ImageFileName');
  const imageName = image?.slice(Math.max(image.lastIndexOf('\\'), image.lastIndexOf('/')) + 1);
  const [sha256, sha1, md5] = [launch('SHA256HashData'), launch('SHA1HashData'), launch('MD5HashData')];
  const hashes: Ocsf[] = [];
  if (sha256 !== undefined) hashes.push({ algorithm_id: 3, algorithm: 'SHA-256', value: sha256 });
  if (sha1 !== undefined) hashes.push({ algorithm_id: 2, algorithm: 'SHA-1', value: sha1 });
  if (md5 !== undefined) hashes.push({ algorithm_id: 1, algorithm: 'MD5', value: md5 });
  const level = launch('IntegrityLevel');
  const integrity = level === undefined ? undefined : (INTEGRITY[level] ?? ([99, level] as const));
  const container = launch('OciContainerId');
  const session = launch('AuthenticationId');
  const user = { name: get('UserName'), uid: get('UserSid') ?? get('UID') };
  return {
    ...envelopeOf(PROCESS, eventTimeOf(line, originalTime), ends ? 2 : 1, ends ? 'Terminate' : 'Launch'),
    metadata: metadataOf(
      line,
      container === undefined ? ['datetime'] : ['container', 'datetime'],
      originalTime,
      launch('TreeId'),
    ),
    actor: creator === undefined ? { app_name: 'Unknown' } : { process: { name: creatorName, uid: creator } },
    device: deviceOf(line, ip),
    exit_code: ends ? integerOf(get('ExitCode')) : undefined,
    process: {
      cmd_line: launch('CommandLine'),
      container: container === undefined ? undefined : { uid: container },
      created_time: millisecondsOf(get('ProcessStartTime')),
      file: image && {
        hashes: hashes.length > 0 ? hashes : undefined,
        name: imageName,
        path: image,
        type_id: 1,
        type: 'Regular File',
      },
      integrity_id: integrity?.[0],
      integrity: integrity?.[1],
      name: imageName,
      parent_process: parent === undefined ? undefined : { name: parentName, uid: parent },
      pid: integerOf(get('RawProcessId')),
      session: session === undefined ? undefined : { uid: session },
      terminated_time: millisecondsOf(launch('ProcessEndTime')),
      uid: get('TargetProcessId'),
      user: user.name === undefined && user.uid === undefined ? undefined : user,
    },
    observables: observablesOf([
      ['actor.process.name', 9, 'Process Name', creatorName],
      ['device.ip', 2, 'IP Address', ip],
      ['process.cmd_line', 13, 'Command Line', launch('CommandLine')],
      ...hashes.map((hash, i): Observable => [`process.file.hashes[${i}].value`, 8, 'Hash', hash.value as string]),
      ['process.file.name', 7, 'File Name', imageName],
      ['process.name', 9, 'Process Name', imageName],
      ['process.parent_process.name', 9, 'Process Name', parentName],
      ['process.user.name', 4, 'User Name', user.name],
    ]),
    unmapped: unmappedOf(line, ends ? OF_END : OF_LAUNCH),
  };
}
