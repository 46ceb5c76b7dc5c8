/** dns_activity by hand: DnsRequest. */
import { activity, device, ENVELOPE_FIELDS, envelope } from './envelope.js';
import { address, filled, observables, unmapped } from './fields.js';
import type { SqlClass } from './sql-class.js';

const NAMES = { uid: 4003, name: 'DNS Activity', categoryUid: 4, categoryName: 'Network Activity' };
const FIELDS = [
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
];

/** Types by number: those that clients ask for. */
const TYPES = {
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
const TYPE = `CASE "RequestType" ${Object.entries(TYPES)
  .map(([number, name]) => `WHEN '${number}' THEN '${name}'`)
  .join(' ')} END`;

const answers = (field: string, type: string) =>
  `[{'rdata': trim(part), 'type': '${type}'} for part in COALESCE(string_split("${field}", ';'), []) if trim(part) <> '']`;
const ANSWERS = `list_concat(${answers('IP4Records', 'A')}, ${answers('IP6Records', 'AAAA')}, ${answers('CNAMERecords', 'CNAME')})`;

export const dnsClass: SqlClass = {
  name: 'dns_activity',
  events: ['DnsRequest'],
  fields: [...ENVELOPE_FIELDS, ...FIELDS],
  columns: (way) => ({
    ...envelope(NAMES, `['datetime', 'host']`, '"ContextTimeStamp"', false),
    ...activity(NAMES, '1', `'Query'`),
    ...device(address('aip')),
    'actor?': '"ContextProcessId" IS NOT NULL',
    'actor.process.name': '"ContextBaseFileName"',
    'actor.process.uid': '"ContextProcessId"',
    answers: filled(ANSWERS),
    'dst_endpoint?': `${address('RespondingDnsServer')} IS NOT NULL`,
    'dst_endpoint.ip': address('RespondingDnsServer'),
    'query?': '"DomainName" IS NOT NULL',
    'query.hostname': '"DomainName"',
    'query.type': TYPE,
    rcode_id: `CASE "QueryStatus" WHEN '0' THEN 0 WHEN '9001' THEN 1 WHEN '9002' THEN 2 WHEN '9003' THEN 3 WHEN '9005' THEN 5 END`,
    rcode: `CASE "QueryStatus" WHEN '0' THEN 'NoError' WHEN '9001' THEN 'FormError' WHEN '9002' THEN 'ServError' WHEN '9003' THEN 'NXDomain' WHEN '9005' THEN 'Refused' END`,
    'src_endpoint.uid': '"aid"',
    status_code: '"QueryStatus"',
    status_id: `CASE "QueryStatus" WHEN '0' THEN 1 WHEN '1460' THEN 2 WHEN '9001' THEN 2 WHEN '9002' THEN 2 WHEN '9003' THEN 2 WHEN '9005' THEN 2 END`,
    status: `CASE "QueryStatus" WHEN '0' THEN 'Success' WHEN '1460' THEN 'Failure' WHEN '9001' THEN 'Failure' WHEN '9002' THEN 'Failure' WHEN '9003' THEN 'Failure' WHEN '9005' THEN 'Failure' END`,
    observables: filled(
      observables([
        ['actor.process.name', 9, 'Process Name', '"ContextBaseFileName"'],
        ['device.ip', 2, 'IP Address', address('aip')],
        ['dst_endpoint.ip', 2, 'IP Address', address('RespondingDnsServer')],
        ['query.hostname', 1, 'Hostname', '"DomainName"'],
      ]),
    ),
    unmapped: unmapped(
      { ...Object.fromEntries([...ENVELOPE_FIELDS, ...FIELDS].map((name) => [name, ''])), RequestType: `${TYPE} IS NULL` },
      way,
    ),
  }),
};
