/** network_activity by hand: connections opened, accepted and closed, and listening sockets. */
import { activity, device, ENVELOPE_FIELDS, envelope } from './envelope.js';
import { address, filled, observables, unmapped } from './fields.js';
import type { SqlClass } from './sql-class.js';

const NAMES = { uid: 4001, name: 'Network Activity', categoryUid: 4, categoryName: 'Network Activity' };
const ENDPOINTS = ['LocalAddressIP4', 'LocalAddressIP6', 'LocalPort', 'RemoteAddressIP4', 'RemoteAddressIP6', 'RemotePort'];
const FIELDS = [
  'event_platform',
  'aip',
  'TreeId',
  'ContextProcessId',
  'ContextBaseFileName',
  'ConnectionDirection',
  'Protocol',
  'OriginatingURL',
  ...ENDPOINTS,
];

const LISTENS = `starts_with("event_simpleName", 'NetworkListen')`;
const CLOSES = `starts_with("event_simpleName", 'NetworkClose')`;
const ACCEPTS = `starts_with("event_simpleName", 'NetworkReceive')`;
/** The remote side began it: it is the source. */
const INBOUND = `CASE WHEN ${ACCEPTS} THEN "ConnectionDirection" IS DISTINCT FROM '0' ELSE "ConnectionDirection" IS NOT DISTINCT FROM '1' END`;
const LOCAL = `COALESCE(${address('LocalAddressIP6')}, ${address('LocalAddressIP4')})`;
const REMOTE = `COALESCE(${address('RemoteAddressIP6')}, ${address('RemoteAddressIP4')})`;
const port = (field: string) => `TRY_CAST("${field}" AS INTEGER)`;
const PROTOCOL = `CASE "Protocol" WHEN '1' THEN 'icmp' WHEN '6' THEN 'tcp' WHEN '17' THEN 'udp' WHEN '58' THEN 'ipv6-icmp' END`;

const SOURCE_IP = `CASE WHEN ${LISTENS} THEN NULL WHEN ${INBOUND} THEN ${REMOTE} ELSE ${LOCAL} END`;
/** A side that the event does not tell: OCSF wants the endpoint, nobody known is on it. */
const SOURCE_UNKNOWN = `${LISTENS} OR (${INBOUND} AND ${REMOTE} IS NULL)`;
const TARGET_UNKNOWN = `NOT (${LISTENS} OR ${INBOUND}) AND ${REMOTE} IS NULL`;
const TARGET_IP = `CASE WHEN ${LISTENS} OR ${INBOUND} THEN ${LOCAL} ELSE ${REMOTE} END`;

export const networkClass: SqlClass = {
  name: 'network_activity',
  events: ['Connect', 'Close', 'Listen', 'ReceiveAccept'].flatMap((what) => [`Network${what}IP4`, `Network${what}IP6`]),
  fields: [...ENVELOPE_FIELDS, ...FIELDS],
  columns: (way) => ({
    ...envelope(NAMES, `['datetime', 'host']`, '"ContextTimeStamp"', true),
    ...activity(
      NAMES,
      `CASE WHEN ${LISTENS} THEN 99 WHEN ${CLOSES} THEN 2 ELSE 1 END`,
      `CASE WHEN ${LISTENS} THEN "event_simpleName" WHEN ${CLOSES} THEN 'Close' ELSE 'Open' END`,
    ),
    ...device(address('aip')),
    'actor?': '"ContextProcessId" IS NOT NULL',
    'actor.process.name': '"ContextBaseFileName"',
    'actor.process.uid': '"ContextProcessId"',
    'connection_info.direction_id': `CASE "ConnectionDirection" WHEN '0' THEN 2 WHEN '1' THEN 1 ELSE CASE WHEN "ConnectionDirection" IS NULL THEN 0 ELSE 99 END END`,
    'connection_info.direction': `CASE "ConnectionDirection" WHEN '0' THEN 'Outbound' WHEN '1' THEN 'Inbound' ELSE COALESCE("ConnectionDirection", 'Unknown') END`,
    'connection_info.protocol_name': PROTOCOL,
    'connection_info.protocol_num': port('Protocol'),
    'connection_info.protocol_ver_id': `CASE WHEN ends_with("event_simpleName", '4') THEN 4 END`,
    'connection_info.protocol_ver': `CASE WHEN ends_with("event_simpleName", '4') THEN 'Internet Protocol version 4 (IPv4)' END`,
    'dst_endpoint.ip': TARGET_IP,
    'dst_endpoint.port': `CASE WHEN ${LISTENS} OR ${INBOUND} THEN ${port('LocalPort')} ELSE ${port('RemotePort')} END`,
    'dst_endpoint.name': `CASE WHEN ${TARGET_UNKNOWN} THEN 'Unknown' END`,
    'dst_endpoint.uid': `CASE WHEN ${LISTENS} OR ${INBOUND} THEN "aid" END`,
    'src_endpoint.ip': SOURCE_IP,
    'src_endpoint.name': `CASE WHEN ${SOURCE_UNKNOWN} THEN 'Unknown' END`,
    'src_endpoint.port': `CASE WHEN ${LISTENS} OR ${INBOUND} THEN ${port('RemotePort')} ELSE ${port('LocalPort')} END`,
    'src_endpoint.uid': `CASE WHEN NOT (${LISTENS} OR ${INBOUND}) THEN "aid" END`,
    'url?': '"OriginatingURL" IS NOT NULL',
    'url.url_string': '"OriginatingURL"',
    observables: filled(
      observables([
        ['actor.process.name', 9, 'Process Name', '"ContextBaseFileName"'],
        ['device.ip', 2, 'IP Address', address('aip')],
        ['dst_endpoint.ip', 2, 'IP Address', TARGET_IP],
        ['src_endpoint.ip', 2, 'IP Address', SOURCE_IP],
        ['url.url_string', 6, 'URL String', '"OriginatingURL"'],
      ]),
    ),
    unmapped: unmapped(
      {
        ...Object.fromEntries([...ENVELOPE_FIELDS, ...FIELDS].map((name) => [name, ''])),
        RemoteAddressIP4: LISTENS,
        RemoteAddressIP6: LISTENS,
      },
      way,
    ),
  }),
};
