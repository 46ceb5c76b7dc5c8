/** The host on the network: interfaces, neighbours, the firewall. */
import type { EventType, Fields } from '../event.js';
import * as v from '../values.js';

const INTERFACE: Fields = {
  InterfaceIndex: v.integer(1, 30),
  LocalIpAddressPipelineSource: '0',
  NetLuidIndex: v.integer(32_768, 32_780),
};
const TRAFFIC =
  'InDiscards InErrors InMulticastPkts InOctets InUcastPkts InUnknownProtos OutErrors OutMulticastPkts OutOctets OutUcastPkts'.split(
    ' ',
  );
const MORE_IP6 = (
  'AccessType AdminStatus ConnectionType DadState DadTransmits DirectionType InBroadcastOctets InMulticastOctets InNUcastPkts InUcastOctets InterfaceFlags ' +
  'IpEntryFlags LinkLocalAddressBehavior LinkLocalAddressTimeout MaxReassemblySize MediaConnectState MediaType Metric NlMtu OperStatus OutBroadcastOctets ' +
  'OutDiscards OutMulticastOctets OutNUcastPkts OutUcastOctets PathMtuDiscoveryTimeout PhysicalMediumType PrefixOrigin RouteAge RouteMetric RouteOrigin ' +
  'RouterDiscoveryBehavior ScopeLevel ScopeZone SitePrefixLength SkipAsSource SuffixOrigin TunnelType'
).split(' ');
const ADDED: Fields = {
  ...INTERFACE,
  InterfaceAlias: v.oneOf('Ethernet', 'WLAN', 'en0', 'Сеть'),
  InterfaceType: v.oneOf('6', '71'),
  PhysicalAddress: (s) => s.host.mac,
  PhysicalAddressLength: '6',
  PrefixLength: '24',
  CreationTimeStamp: v.mostly('-11644473600.000', 2, '-11724671741.249', '1772409600.000'),
};

const NEIGHBOURS = v.text(
  '{x2}-{x2}-{x2}-{x2}-{x2}-{x2}|{ip}|0|!!!!UNKNOWN!!!!|0;{x2}-{x2}-{x2}-{x2}-{x2}-{x2}|{ip}|1|{word}|1;',
);

const RULE: Fields = {
  ...v.BY_RPC,
  ...v.BY_PROCESS,
  AuthenticationId: v.authenticationId,
  FirewallRuleId: v.text('{{guid}}'),
  TokenType: '1',
  UserName: v.userName,
};

const TYPES: readonly EventType[] = [
  {
    type: 'LocalIpAddressIP4',
    versions: { Win: 4, Mac: 1, Lin: 1 },
    share: 25,
    fields: { ...ADDED, LocalAddressIP4: v.localIp4 },
    win: Object.fromEntries(TRAFFIC.map((name) => [name, v.integer(0, 5_000_000)])),
  },
  {
    type: 'LocalIpAddressIP6',
    versions: { Win: 4, Mac: 1, Lin: 1 },
    share: 12,
    fields: {
      ...ADDED,
      LocalAddressIP6: (s) => s.host.ip6,
      InterfaceDescription: 'Intel(R) Wi-Fi 6E AX211 160MHz',
      InterfaceMtu: '1500',
    },
    win: {
      ...Object.fromEntries([...TRAFFIC, ...MORE_IP6].map((name) => [name, v.mostly('0', 3, '1', '64')])),
      AddressFamily: '23',
      BaseReachableTime: '30.000',
      InterfaceIdentifier: '0',
      NetworkGuid: v.uuid,
      NetworkInterfaceGuid: v.uuid,
      PreferredLifetime: '4294967295',
      ValidLifetime: '4294967295',
      ReachableTime: '0.029',
      ReceiveLinkSpeed: '866700000',
      TransmitLinkSpeed: '18446744073709551615',
      RetransmitTime: '1.000',
      PermanentPhysicalAddress: (s) => s.host.mac,
    },
  },
  {
    type: 'LocalIpAddressRemovedIP4',
    versions: { Win: 1, Mac: 1 },
    share: 8,
    fields: { ...INTERFACE, LocalAddressIP4: v.localIp4 },
  },
  {
    type: 'LocalIpAddressRemovedIP6',
    versions: { Win: 1, Mac: 1, Lin: 1 },
    share: 4,
    fields: { ...INTERFACE, LocalAddressIP6: (s) => s.host.ip6 },
  },
  {
    type: 'NeighborListIP4',
    versions: { Win: 1, Mac: 1, Lin: 1 },
    share: 15,
    envelope: 'sensor-no-origin',
    fields: { InterfaceIndex: v.integer(1, 30), NeighborList: NEIGHBOURS },
  },
  {
    type: 'NeighborListIP6',
    versions: { Win: 1, Mac: 1 },
    share: 5,
    envelope: 'sensor-no-origin',
    fields: {
      InterfaceIndex: v.integer(1, 30),
      NeighborList: v.text('{x2}-{x2}-{x2}-{x2}-{x2}-{x2}|fe80::{x4}:{x4}|0|!!!!UNKNOWN!!!!|0;'),
    },
  },
  {
    type: 'FirewallSetRule',
    versions: { Win: 3 },
    share: 8,
    fields: {
      ...RULE,
      FirewallRule: v.text(
        'v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={d4}|App=C:\\Tools\\{word}.exe|Name={word} {word}|',
      ),
    },
  },
  { type: 'FirewallDeleteRule', versions: { Win: 3 }, share: 4, fields: RULE },
  {
    type: 'FirewallChangeOption',
    versions: { Win: 3 },
    share: 3,
    fields: {
      ...v.BY_PROCESS,
      FirewallOption: 'EnableFirewall',
      FirewallOptionNumericValue: v.oneOf('0', '1'),
      FirewallProfile: '2',
    },
  },
  {
    type: 'FirewallRuleIP4Matched',
    versions: { Win: 3, Mac: 2 },
    share: 8,
    envelope: 'sensor-no-origin',
    fields: {
      ...v.BY_PROCESS,
      ConnectionDirection: v.oneOf('0', '1'),
      HbfwRuleFlags: '1',
      HbfwRuleId: v.text('9{d15}'),
      ImageFileName: v.image,
      LocalAddressIP4: v.localIp4,
      LocalPort: v.ephemeralPort,
      NetworkProfile: v.oneOf('1', '2', '4'),
      PolicyIdentifier: v.hex(32),
      Protocol: v.oneOf('6', '17', '1'),
      RemoteAddressIP4: v.remoteIp4,
      RemotePort: v.oneOf('445', '3389'),
      RuleAction: v.oneOf('1', '2'),
      RuleMatchCount: v.integer(1, 60),
      RuleMatchCountSinceLastReport: v.integer(1, 9),
    },
  },
  { type: 'FirewallEnabled', versions: { Mac: 1 }, share: 3, fields: v.BY_PROCESS },
  { type: 'FirewallDisabled', versions: { Mac: 1 }, share: 2, fields: v.BY_PROCESS },
  {
    type: 'FirewallSetRuleIP4',
    versions: { Mac: 1 },
    share: 4,
    fields: {
      ...v.BY_PROCESS,
      ConnectionDirection: '1',
      FirewallAction: '1',
      InterfaceAlias: 'en0',
      IsUnique: '1',
      LocalAddressIP4: '0.0.0.0',
      LocalAddressMaskIP4: '0',
      NegateInterface: '0',
      NegateLocalAddress: '0',
      NegateRemoteAddress: '0',
      Protocol: '6',
      RemoteAddressIP4: '0.0.0.0',
      RemoteAddressMaskIP4: '0',
    },
  },
];
export default TYPES;
