/** Connections, listeners, names, HTTP, TLS. */
import type { EventType, Fields } from '../event.js';
import type { Scene } from '../scene.js';
import * as v from '../values.js';
import { SITES } from '../vocabulary.js';

const SERVICE_PORTS = ['443', '443', '443', '443', '80', '53', '445', '389', '88', '8080', '22', '3389', '5223', '123'];
const servicePort = (s: Scene): string => s.random.pick(SERVICE_PORTS);
const protocol = v.mostly('6', 6, '17');

const FLOW: Fields = { ...v.BY_PROCESS, Protocol: protocol, ConnectionFlags: v.mostly('0', 12, '1', '8'), InContext: '0' };
const OUTBOUND: Fields = { ...FLOW, ConnectionDirection: '0', LocalPort: v.ephemeralPort, RemotePort: servicePort };
const INBOUND: Fields = { ...FLOW, ConnectionDirection: '1', LocalPort: servicePort, RemotePort: v.ephemeralPort };
const LISTENING: Fields = { ...FLOW, ConnectionDirection: '2', LocalPort: v.integer(1, 65535), RemotePort: '0' };

/** The local address of a fresh socket is often not bound yet. */
const FROM_IP4: Fields = {
  LocalAddressIP4: v.mostly('0.0.0.0', 2, '10.12.4.31', '192.168.178.22'),
  RemoteAddressIP4: v.remoteIp4,
};
const ON_IP4: Fields = { LocalAddressIP4: v.localIp4, RemoteAddressIP4: v.remoteIp4 };
const ON_IP6: Fields = { LocalAddressIP6: (s) => s.host.ip6, RemoteAddressIP6: v.remoteIp6 };
const WIN_FILE: Fields = { ContextBaseFileName: v.imageFile };

const site = (s: Scene): string => s.random.pick(SITES);

/** What a resolver answered: addresses and aliases end in `;` each, a name that is not there leaves them empty. */
const answered = (s: Scene): boolean => s.sequence % 8 !== 0;
const records = (s: Scene, make: (s: Scene) => string): string => {
  let list = '';
  for (let i = 1 + s.random.below(3); i > 0; i--) list += `${make(s)};`;
  return list;
};

const HTTP: Fields = { ...v.BY_PROCESS, ...v.BY_USER, RemoteAddressIP4: v.remoteIp4, RemotePort: v.oneOf('80', '8080') };

const TYPES: readonly EventType[] = [
  {
    type: 'NetworkConnectIP4',
    versions: { Win: 12, Mac: 10, Lin: 5 },
    share: { Win: 1250, Mac: 1100, Lin: 1200 },
    fields: { ...OUTBOUND, ...FROM_IP4 },
    win: {
      ...WIN_FILE,
      RemoteAddressString: v.sometimes(10, site),
      OriginatingURL: v.sometimes(40, v.text('https://{word}.example.net/{word}?id={d6}&t={x8}')),
    },
  },
  {
    type: 'NetworkConnectIP6',
    versions: { Win: 12, Mac: 10, Lin: 5 },
    share: 40,
    fields: { ...OUTBOUND, ...ON_IP6 },
    win: WIN_FILE,
  },
  {
    type: 'NetworkCloseIP4',
    versions: { Win: 10, Lin: 6 },
    share: 110,
    envelope: 'sensor-no-origin',
    fields: { ...OUTBOUND, ...ON_IP4 },
    win: { BoundingLimitCount: '0', TreeId: (s) => s.process.treeId },
  },
  {
    type: 'NetworkCloseIP6',
    versions: { Win: 10, Lin: 6 },
    share: 6,
    envelope: 'sensor-no-origin',
    fields: { ...OUTBOUND, ...ON_IP6 },
  },
  {
    type: 'NetworkListenIP4',
    versions: { Win: 10, Mac: 10, Lin: 5 },
    share: 60,
    fields: { ...v.BY_THREAD, ...LISTENING, LocalAddressIP4: v.oneOf('0.0.0.0', '127.0.0.1'), RemoteAddressIP4: '0.0.0.0' },
  },
  {
    type: 'NetworkListenIP6',
    versions: { Win: 10, Mac: 10, Lin: 5 },
    share: 12,
    fields: { ...v.BY_THREAD, ...LISTENING, LocalAddressIP6: '0:0:0:0:0:0:0:0', RemoteAddressIP6: '0:0:0:0:0:0:0:0' },
  },
  {
    type: 'NetworkReceiveAcceptIP4',
    versions: { Win: 12, Mac: 10, Lin: 10 },
    share: 80,
    fields: { ...INBOUND, ...ON_IP4 },
    win: { ...WIN_FILE, TreeId: (s) => s.process.treeId },
  },
  { type: 'NetworkReceiveAcceptIP6', versions: { Win: 12, Lin: 10 }, share: 6, fields: { ...INBOUND, ...ON_IP6 }, win: WIN_FILE },
  {
    type: 'RawBindIP4',
    versions: { Win: 10, Mac: 10 },
    share: 10,
    fields: { ...LISTENING, Protocol: '1', LocalAddressIP4: '0.0.0.0', RemoteAddressIP4: '0.0.0.0' },
  },
  {
    type: 'RawBindIP6',
    versions: { Win: 10, Mac: 11 },
    share: 5,
    fields: { ...LISTENING, Protocol: '58', LocalAddressIP6: '::', RemoteAddressIP6: '::' },
  },
  {
    type: 'DnsRequest',
    versions: { Win: 5, Mac: 1, Lin: 1 },
    share: { Win: 650, Mac: 700, Lin: 500 },
    fields: {
      ...v.BY_THREAD,
      DomainName: site,
      RequestType: v.oneOf('1', '1', '1', '28', '5', '65'),
      DualRequest: v.oneOf('0', '1'),
      InterfaceIndex: v.oneOf('0', '5', '12'),
      DnsRequestCount: v.mostly('1', 5, '2', '4'),
      QueryStatus: (s) => (answered(s) ? '0' : '9003'),
      IP4Records: (s) => (answered(s) ? records(s, v.remoteIp4) : ''),
      IP6Records: (s) => (answered(s) && s.sequence % 5 === 1 ? records(s, v.remoteIp6) : ''),
      CNAMERecords: (s) => (answered(s) && s.sequence % 3 === 1 ? records(s, (x) => `${v.word(x)}.trafficmanager.example`) : ''),
      FirstIP4Record: (s) => (answered(s) ? v.remoteIp4(s) : '0.0.0.0'),
    },
    win: {
      ...WIN_FILE,
      DnsResponseType: v.sometimes(2, v.oneOf('1', '2')),
      RespondingDnsServer: v.sometimes(2, (s) => s.host.gatewayIp),
    },
  },
  {
    type: 'SuspiciousDnsRequest',
    versions: { Win: 2, Mac: 1 },
    share: 4,
    fields: {
      ...v.BY_THREAD,
      DomainName: v.text('{x12}.{word}.example'),
      DualRequest: '0',
      InterfaceIndex: '0',
      RequestType: '1',
    },
  },
  {
    type: 'HttpRequest',
    versions: { Mac: 3, Lin: 3 },
    share: { Mac: 60, Lin: 50 },
    fields: {
      ...HTTP,
      HttpHost: site,
      HttpMethod: v.oneOf('1', '1', '3', '4', '2'),
      HttpPath: v.text('/api/v2/{word}?filter=name:{word}&page={d2}'),
    },
  },
  {
    type: 'HttpResponse',
    versions: { Mac: 3, Lin: 3 },
    share: { Mac: 50, Lin: 40 },
    fields: {
      ...HTTP,
      HttpStatus: v.oneOf('200', '200', '304', '404', '503'),
      HttpStatusText: v.oneOf('OK', 'Not Modified', 'Not Found', ''),
    },
  },
  {
    type: 'TlsClientHello',
    versions: { Win: 3, Mac: 3, Lin: 3 },
    share: { Win: 15, Mac: 40, Lin: 30 },
    fields: {
      ...v.BY_PROCESS,
      ...v.BY_USER,
      LocalPort: v.ephemeralPort,
      RemoteAddressIP4: v.remoteIp4,
      RemotePort: '443',
      TlsVersion: v.oneOf('2', '3', '0'),
    },
    json: {
      Attacks: v.sometimes(10, '[{"Tactic":"Command and Control","Technique":"Application Layer Protocol, Web Protocols"}]'),
    },
  },
  {
    type: 'AppProtocolDetected',
    versions: { Mac: 2 },
    share: 20,
    fields: { ...v.BY_PROCESS, ...v.BY_USER, LocalPort: v.ephemeralPort, RemoteAddressIP4: v.remoteIp4, RemotePort: servicePort },
  },
  {
    type: 'SmbServerShareOpenedEtw',
    versions: { Win: 1 },
    share: 4,
    fields: {
      DomainName: 'CORP',
      RemoteAddressIP6: v.text('::ffff:{ip}'),
      SmbShareName: '\\\\\\\\*\\\\IPC$',
      UserName: v.userName,
    },
  },
  {
    type: 'SmbClientShareOpenedEtw',
    versions: { Win: 1 },
    share: 4,
    fields: { ClientComputerName: v.hostName, SmbShareName: v.text('\\\\filer.corp.example\\{word}') },
  },
  {
    type: 'SmbClientShareClosedEtw',
    versions: { Win: 1 },
    share: 4,
    fields: { ClientComputerName: v.hostName, SmbShareName: v.text('\\\\filer.corp.example\\{word}') },
  },
  {
    type: 'HttpRequestDetect',
    versions: { Win: 1 },
    share: 1,
    fields: {
      ...v.BY_PROCESS,
      CommandLine: v.commandLine,
      HttpInternalSource: '1',
      HttpMethod: '3',
      HttpRequestHeader: 'Host: c2.example\\r\\nUser-Agent: curl/8\\r\\n',
      HttpUrl: v.text('http://c2.example/{x8}'),
      ImageFileName: v.image,
      ParentCommandLine: 'C:\\\\WINDOWS\\\\Explorer.EXE',
      PatternId: '10421',
      TemplateInstanceId: '118',
      UserName: v.userName,
    },
  },
];
export default TYPES;
