/** dns_activity by hand, an object an event. */
import {
  addressOf,
  deviceOf,
  envelopeOf,
  eventTimeOf,
  fieldOf,
  type Line,
  metadataOf,
  type Ocsf,
  observablesOf,
  takenFields,
  unmappedOf,
} from './event.js';

const DNS = { uid: 4003, name: 'DNS Activity', categoryUid: 4, categoryName: 'Network Activity' };
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

const OF_DNS = takenFields(
  [
    'event_platform',
    'aip',
    'ContextProcessId',
    'ContextBaseFileName',
    'DomainName',
    'RequestType',
    'RespondingDnsServer',
    'QueryStatus',
    'IP4Records',
    'IP6Records',
    'CNAMERecords',
  ],
  { RequestType: (line) => DNS_TYPES[line.RequestType!] !== undefined },
);

export function dnsOf(line: Line): Ocsf {
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
