/** network_activity by hand, an object an event. */
import {
  addressOf,
  deviceOf,
  envelopeOf,
  eventTimeOf,
  fieldOf,
  integerOf,
  type Line,
  metadataOf,
  type Ocsf,
  observablesOf,
  takenFields,
  unmappedOf,
} from './event.js';

const NETWORK = { uid: 4001, name: 'Network Activity', categoryUid: 4, categoryName: 'Network Activity' };
const PROTOCOLS: Record<string, string> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' };

const listens = (line: Line) => line.event_simpleName!.startsWith('NetworkListen');
const OF_NETWORK = takenFields(
  [
    'event_platform',
    'aip',
    'TreeId',
    'ContextProcessId',
    'ContextBaseFileName',
    'ConnectionDirection',
    'Protocol',
    'OriginatingURL',
    'LocalAddressIP4',
    'LocalAddressIP6',
    'LocalPort',
    'RemoteAddressIP4',
    'RemoteAddressIP6',
    'RemotePort',
  ],
  Object.fromEntries(['RemoteAddressIP4', 'RemoteAddressIP6'].map((field) => [field, (line) => !listens(line)])),
);

export function networkOf(line: Line): Ocsf {
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
  // a side that the event does not tell: OCSF wants the endpoint, nobody known is on it
  const port = integerOf(get('RemotePort'));
  const remote: Ocsf = isListening || remoteIp === undefined ? { name: 'Unknown', port } : { ip: remoteIp, port };
  const [source, target]: [Ocsf, Ocsf] = isListening || inbound ? [remote, local] : [local, remote];
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
