/** The classes by hand, an object an event. */
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
const NETWORK = { uid: 4001, name: 'Network Activity', categoryUid: 4, categoryName: 'Network Activity' };
const DNS = { uid: 4003, name: 'DNS Activity', categoryUid: 4, categoryName: 'Network Activity' };
const BASE = { uid: 0, name: 'Base Event', categoryUid: 0, categoryName: 'Uncategorized' };

const INTEGRITY: Record<string, [number, string]> = {
  0: [1, 'Untrusted'],
  4096: [2, 'Low'],
  8192: [3, 'Medium'],
  12288: [4, 'High'],
  16384: [5, 'System'],
  20480: [6, 'Protected'],
};
const DNS_TYPES: Record<string, string> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  64: 'SVCB',
  65: 'HTTPS',
  255: 'ANY',
};
const RCODES: Record<string, [number, string]> = {
  0: [0, 'NoError'],
  9001: [1, 'FormError'],
  9002: [2, 'ServError'],
  9003: [3, 'NXDomain'],
  9005: [5, 'Refused'],
};
const PROTOCOLS: Record<string, string> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' };

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
    ...[
      'OciContainerId',
      'ImageFileName',
      'CommandLine',
      'ProcessEndTime',
      'IntegrityLevel',
      'SHA256HashData',
      'SHA1HashData',
      'MD5HashData',
    ],
    ...['AuthenticationId', 'ParentBaseFileName', 'SourceProcessId', 'TreeId'],
  ],
  PROCESS_RULES,
);
const OF_END = takenFields([...OF_BOTH, 'ContextProcessId', 'ExitCode'], {
  ...PROCESS_RULES,
  ExitCode: (line) => integerOf(line.ExitCode) !== undefined,
});

function processOf(line: Line): Ocsf {
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

const listens = (line: Line) => line.event_simpleName!.startsWith('NetworkListen');
const OF_NETWORK = takenFields(
  [
    ...[
      'event_platform',
      'aip',
      'TreeId',
      'ContextProcessId',
      'ContextBaseFileName',
      'ConnectionDirection',
      'Protocol',
      'OriginatingURL',
    ],
    ...['LocalAddressIP4', 'LocalAddressIP6', 'LocalPort', 'RemoteAddressIP4', 'RemoteAddressIP6', 'RemotePort'],
  ],
  Object.fromEntries(['RemoteAddressIP4', 'RemoteAddressIP6', 'RemotePort'].map((field) => [field, (line) => !listens(line)])),
);

function networkOf(line: Line): Ocsf {
  const type = line.event_simpleName!;
  const get = (field: string) => fieldOf(line, field);
  const isListening = listens(line);
  const direction = get('ConnectionDirection');
  const inbound = type.startsWith('NetworkReceive') ? direction !== '0' : direction === '1';
  const uid = get('aid');
  const local = {
    ip: addressOf(line, 'LocalAddressIP6') ?? addressOf(line, 'LocalAddressIP4'),
    port: integerOf(get('LocalPort')),
    uid,
  };
  const remoteIp = addressOf(line, 'RemoteAddressIP6') ?? addressOf(line, 'RemoteAddressIP4');
  const remote = { ip: remoteIp, port: integerOf(get('RemotePort')) };
  const source: Ocsf = isListening ? { uid } : inbound ? remote : local;
  const target: Ocsf = isListening || inbound ? local : remoteIp === undefined ? { ...remote, uid } : remote;
  const [activityId, activity] = isListening ? [99, type] : type.startsWith('NetworkClose') ? [2, 'Close'] : [1, 'Open'];
  const process = { name: get('ContextBaseFileName'), uid: get('ContextProcessId') };
  const ip = addressOf(line, 'aip');
  const isIp4 = type.endsWith('4');
  const url = get('OriginatingURL');
  return {
    ...envelopeOf(NETWORK, eventTimeOf(line, get('ContextTimeStamp')), activityId as number, activity as string),
    metadata: metadataOf(line, ['datetime', 'host'], get('ContextTimeStamp'), get('TreeId')),
    actor: process.uid === undefined ? undefined : { process },
    connection_info: {
      direction_id: direction === undefined ? 0 : direction === '0' ? 2 : direction === '1' ? 1 : 99,
      direction: direction === undefined ? 'Unknown' : direction === '0' ? 'Outbound' : direction === '1' ? 'Inbound' : direction,
      protocol_name: PROTOCOLS[get('Protocol') ?? ''],
      protocol_num: integerOf(get('Protocol')),
      protocol_ver_id: isIp4 ? 4 : undefined,
      protocol_ver: isIp4 ? 'Internet Protocol version 4 (IPv4)' : undefined,
    },
    device: deviceOf(line, ip),
    dst_endpoint: target,
    src_endpoint: source,
    url: url === undefined ? undefined : { url_string: url },
    observables: observablesOf([
      ['actor.process.name', 9, 'Process Name', process.name],
      ['device.ip', 2, 'IP Address', ip],
      ['dst_endpoint.ip', 2, 'IP Address', target.ip as string | undefined],
      ['src_endpoint.ip', 2, 'IP Address', source.ip as string | undefined],
      ['url.url_string', 6, 'URL String', url],
    ]),
    unmapped: unmappedOf(line, OF_NETWORK),
  };
}

const OF_DNS = takenFields(
  [
    ...['event_platform', 'aip', 'ContextProcessId', 'ContextBaseFileName', 'DomainName', 'RequestType'],
    ...['RespondingDnsServer', 'QueryStatus', 'IP4Records', 'IP6Records', 'CNAMERecords'],
  ],
  { RequestType: (line) => DNS_TYPES[line.RequestType!] !== undefined },
);

function dnsOf(line: Line): Ocsf {
  const get = (field: string) => fieldOf(line, field);
  const process = { name: get('ContextBaseFileName'), uid: get('ContextProcessId') };
  const ip = addressOf(line, 'aip');
  const server = addressOf(line, 'RespondingDnsServer');
  const status = get('QueryStatus');
  const rcode = RCODES[status ?? ''];
  const isKnown = rcode !== undefined || status === '1460';
  const answers = [['IP4Records', 'A'] as const, ['IP6Records', 'AAAA'] as const, ['CNAMERecords', 'CNAME'] as const].flatMap(
    ([field, type]) => {
      const parts = (get(field) ?? '').split(';').map((part) => part.trim());
      return parts.filter((part) => part !== '').map((rdata) => ({ rdata, type }));
    },
  );
  const name = get('DomainName');
  return {
    ...envelopeOf(DNS, eventTimeOf(line, get('ContextTimeStamp')), 1, 'Query'),
    metadata: metadataOf(line, ['datetime', 'host'], get('ContextTimeStamp')),
    actor: process.uid === undefined ? undefined : { process },
    answers: answers.length > 0 ? answers : undefined,
    device: deviceOf(line, ip),
    dst_endpoint: server === undefined ? undefined : { ip: server },
    query: name === undefined ? undefined : { hostname: name, type: DNS_TYPES[get('RequestType') ?? ''] },
    rcode_id: rcode?.[0],
    rcode: rcode?.[1],
    src_endpoint: { uid: get('aid') },
    status_code: status,
    status_id: isKnown ? (status === '0' ? 1 : 2) : undefined,
    status: isKnown ? (status === '0' ? 'Success' : 'Failure') : undefined,
    observables: observablesOf([
      ['actor.process.name', 9, 'Process Name', process.name],
      ['device.ip', 2, 'IP Address', ip],
      ['dst_endpoint.ip', 2, 'IP Address', server],
      ['query.hostname', 1, 'Hostname', name],
    ]),
    unmapped: unmappedOf(line, OF_DNS),
  };
}

function baseOf(line: Line): Ocsf {
  return {
    ...envelopeOf(BASE, eventTimeOf(line, fieldOf(line, 'ContextTimeStamp')), 0, 'Unknown'),
    metadata: metadataOf(line, ['datetime'], fieldOf(line, 'ContextTimeStamp')),
    unmapped: line,
  };
}

/** Which class takes an event type, and how. */
export function classOf(type: string | undefined): { name: string; map: (line: Line) => Ocsf } {
  if (type === 'ProcessRollup2' || type === 'SyntheticProcessRollup2' || type === 'EndOfProcess')
    return { name: 'process_activity', map: processOf };
  if (type === 'DnsRequest') return { name: 'dns_activity', map: dnsOf };
  if (type !== undefined && /^Network(Connect|Close|Listen|ReceiveAccept)IP[46]$/.test(type))
    return { name: 'network_activity', map: networkOf };
  return { name: 'base_event', map: baseOf };
}
