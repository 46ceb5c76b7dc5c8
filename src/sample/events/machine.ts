/** The machine around the processes: interfaces, neighbours, firewall, volumes, USB devices, browser extensions. */
import type { EventType, Fields } from '../event.js';
import type { Scene } from '../scene.js';
import { fileTime } from '../time.js';
import * as v from '../values.js';

const INTERFACE: Fields = { InterfaceIndex: v.integer(1, 30), LocalIpAddressPipelineSource: '0', NetLuidIndex: v.integer(32_768, 32_780) };
const TRAFFIC = 'InDiscards InErrors InMulticastPkts InOctets InUcastPkts InUnknownProtos OutErrors OutMulticastPkts OutOctets OutUcastPkts'.split(' ');
const MORE_IP6 = (
  'AccessType AdminStatus ConnectionType DadState DadTransmits DirectionType InBroadcastOctets InMulticastOctets InNUcastPkts InUcastOctets InterfaceFlags ' +
  'IpEntryFlags LinkLocalAddressBehavior LinkLocalAddressTimeout MaxReassemblySize MediaConnectState MediaType Metric NlMtu OperStatus OutBroadcastOctets ' +
  'OutDiscards OutMulticastOctets OutNUcastPkts OutUcastOctets PathMtuDiscoveryTimeout PhysicalMediumType PrefixOrigin RouteAge RouteMetric RouteOrigin ' +
  'RouterDiscoveryBehavior ScopeLevel ScopeZone SitePrefixLength SkipAsSource SuffixOrigin TunnelType'
).split(' ');
const ADDED: Fields = { ...INTERFACE, InterfaceAlias: v.oneOf('Ethernet', 'WLAN', 'en0', 'Сеть'), InterfaceType: v.oneOf('6', '71'), PhysicalAddress: (s) => s.host.mac, PhysicalAddressLength: '6', PrefixLength: '24', CreationTimeStamp: v.mostly('-11644473600.000', 2, '-11724671741.249', '1772409600.000') };

const NEIGHBOURS = v.text('{x2}-{x2}-{x2}-{x2}-{x2}-{x2}|{ip}|0|!!!!UNKNOWN!!!!|0;{x2}-{x2}-{x2}-{x2}-{x2}-{x2}|{ip}|1|{word}|1;');

const RULE: Fields = { ...v.BY_RPC, ...v.BY_PROCESS, AuthenticationId: v.authenticationId, FirewallRuleId: v.text('{{guid}}'), TokenType: '1', UserName: v.userName };

const VOLUME: Fields = { VolumeDeviceCharacteristics: '0', VolumeDeviceObjectFlags: '5308496', VolumeDeviceType: '8', VolumeFileSystemDevice: '\\\\Ntfs', VolumeFileSystemDriver: '\\\\FileSystem\\\\Ntfs', VolumeFileSystemType: '2', VolumeIsEncrypted: v.oneOf('0', '1'), VolumeName: v.text('\\Device\\HarddiskVolume{d2}'), VolumeRealDeviceName: v.text('\\Device\\HarddiskVolume{d2}'), VolumeSectorSize: '512' };
const MOUNTED: Fields = { ...VOLUME, DiskParentDeviceInstanceId: 'USB\\\\VID_0951\\u0026PID_1666\\\\E0D55EA573DCF450E97C104D', VolumeDriveLetter: v.oneOf('E:', 'F:', ''), VolumeMountPoint: v.oneOf('E:\\\\', '') };
/** Volumes that go report Windows FILETIME where other events have epoch seconds. */
const fileTimeNow = (s: Scene): string => fileTime(s.eventMs);

const USB: Fields = { DeviceDescriptorSetHash: v.hex(40), DeviceInstanceId: v.text('USB\\VID_0781&PID_5581\\{x16}'), DeviceManufacturer: v.oneOf('SanDisk', ' ', 'Logitech®'), DeviceProduct: v.oneOf('Ultra', 'USB Receiver'), DeviceProductId: '5581', DeviceTimeStamp: fileTimeNow, DeviceVendorId: '0781', DeviceVersion: '100' };

const TYPES: readonly EventType[] = [
  { type: 'LocalIpAddressIP4', versions: { Win: 4, Mac: 1, Lin: 1 }, share: 25, fields: { ...ADDED, LocalAddressIP4: v.localIp4 }, win: Object.fromEntries(TRAFFIC.map((name) => [name, v.integer(0, 5_000_000)])) },
  {
    type: 'LocalIpAddressIP6',
    versions: { Win: 4, Mac: 1, Lin: 1 },
    share: 12,
    fields: { ...ADDED, LocalAddressIP6: (s) => s.host.ip6, InterfaceDescription: 'Intel(R) Wi-Fi 6E AX211 160MHz', InterfaceMtu: '1500' },
    win: { ...Object.fromEntries([...TRAFFIC, ...MORE_IP6].map((name) => [name, v.mostly('0', 3, '1', '64')])), AddressFamily: '23', BaseReachableTime: '30.000', InterfaceIdentifier: '0', NetworkGuid: v.uuid, NetworkInterfaceGuid: v.uuid, PreferredLifetime: '4294967295', ValidLifetime: '4294967295', ReachableTime: '0.029', ReceiveLinkSpeed: '866700000', TransmitLinkSpeed: '18446744073709551615', RetransmitTime: '1.000', PermanentPhysicalAddress: (s) => s.host.mac },
  },
  { type: 'LocalIpAddressRemovedIP4', versions: { Win: 1, Mac: 1 }, share: 8, fields: { ...INTERFACE, LocalAddressIP4: v.localIp4 } },
  { type: 'LocalIpAddressRemovedIP6', versions: { Win: 1, Mac: 1, Lin: 1 }, share: 4, fields: { ...INTERFACE, LocalAddressIP6: (s) => s.host.ip6 } },
  { type: 'NeighborListIP4', versions: { Win: 1, Mac: 1, Lin: 1 }, share: 15, envelope: 'sensor-no-origin', fields: { InterfaceIndex: v.integer(1, 30), NeighborList: NEIGHBOURS } },
  { type: 'NeighborListIP6', versions: { Win: 1, Mac: 1 }, share: 5, envelope: 'sensor-no-origin', fields: { InterfaceIndex: v.integer(1, 30), NeighborList: v.text('{x2}-{x2}-{x2}-{x2}-{x2}-{x2}|fe80::{x4}:{x4}|0|!!!!UNKNOWN!!!!|0;') } },
  { type: 'FirewallSetRule', versions: { Win: 3 }, share: 8, fields: { ...RULE, FirewallRule: v.text('v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={d4}|App=C:\\Tools\\{word}.exe|Name={word} {word}|') } },
  { type: 'FirewallDeleteRule', versions: { Win: 3 }, share: 4, fields: RULE },
  { type: 'FirewallChangeOption', versions: { Win: 3 }, share: 3, fields: { ...v.BY_PROCESS, FirewallOption: 'EnableFirewall', FirewallOptionNumericValue: v.oneOf('0', '1'), FirewallProfile: '2' } },
  { type: 'FirewallRuleIP4Matched', versions: { Win: 3, Mac: 2 }, share: 8, envelope: 'sensor-no-origin', fields: { ...v.BY_PROCESS, ConnectionDirection: v.oneOf('0', '1'), HbfwRuleFlags: '1', HbfwRuleId: v.text('9{d15}'), ImageFileName: v.image, LocalAddressIP4: v.localIp4, LocalPort: v.ephemeralPort, NetworkProfile: v.oneOf('1', '2', '4'), PolicyIdentifier: v.hex(32), Protocol: v.oneOf('6', '17', '1'), RemoteAddressIP4: v.remoteIp4, RemotePort: v.oneOf('445', '3389'), RuleAction: v.oneOf('1', '2'), RuleMatchCount: v.integer(1, 60), RuleMatchCountSinceLastReport: v.integer(1, 9) } },
  { type: 'FirewallEnabled', versions: { Mac: 1 }, share: 3, fields: v.BY_PROCESS },
  { type: 'FirewallDisabled', versions: { Mac: 1 }, share: 2, fields: v.BY_PROCESS },
  { type: 'FirewallSetRuleIP4', versions: { Mac: 1 }, share: 4, fields: { ...v.BY_PROCESS, ConnectionDirection: '1', FirewallAction: '1', InterfaceAlias: 'en0', IsUnique: '1', LocalAddressIP4: '0.0.0.0', LocalAddressMaskIP4: '0', NegateInterface: '0', NegateLocalAddress: '0', NegateRemoteAddress: '0', Protocol: '6', RemoteAddressIP4: '0.0.0.0', RemoteAddressMaskIP4: '0' } },
  { type: 'FsVolumeMounted', versions: { Win: 6, Mac: 1 }, share: 5, envelope: 'sensor-no-origin', fields: v.BY_THREAD, win: { ...MOUNTED, VolumeDevicePath: '', VolumeMountPoint: '' }, mac: { VolumeAppearanceTime: v.earlier(9000), VolumeBusName: 'usb-drd0-port-hs', VolumeDeviceModel: 'Ultra', VolumeDeviceVendor: 'SanDisk', VolumeIsNetwork: '0', VolumeMediaBSDName: 'disk4s1', VolumeMediaEjectable: '1', VolumeMediaRemovable: '1', VolumeMediaSize: '61529391104', VolumeMountPoint: '/Volumes/Clé USB', VolumeName: 'Clé USB', VolumeUUID: v.uuid } },
  { type: 'FsVolumeUnmounted', versions: { Win: 2, Mac: 1 }, share: 6, envelope: 'sensor-no-origin', fields: { ContextProcessId: v.contextId, ContextThreadId: '0', VolumeName: v.text('\\Device\\HarddiskVolume{d2}') }, win: { ContextTimeStamp: fileTimeNow, StartTime: fileTimeNow, EndTime: fileTimeNow }, mac: { ContextTimeStamp: v.eventTime, VolumeIsNetwork: '0', VolumeMediaBSDName: 'disk4s1', VolumeMountPoint: '/Volumes/Clé USB' } },
  { type: 'RemovableMediaVolumeMounted', versions: { Win: 2 }, share: 3, envelope: 'sensor-no-origin', fields: { ...v.BY_THREAD, ...MOUNTED, IsOnRemovableDisk: '1', VolumeEncryptionStatus: '0', VolumeSessionUUID: v.uuid } },
  { type: 'SnapshotVolumeMounted', versions: { Win: 1 }, share: 2, envelope: 'sensor-no-origin', fields: { ...v.BY_THREAD, ...VOLUME, VolumeEncryptionStatus: '0', VolumeLabel: '', VolumeSessionUUID: v.uuid, VolumeSnapshotName: v.text('\\Device\\HarddiskVolumeShadowCopy{d2}'), VolumeSnapshotTimeStamp: v.eventTime } },
  { type: 'VolumeSnapshotDeleted', versions: { Win: 1 }, share: 2, fields: { ...v.BY_THREAD, ...v.BY_RPC, AuthenticationId: v.authenticationId, CommandLine: 'vssadmin  delete shadows /all /quiet', ImageFileName: v.image, SHA256HashData: v.imageSha256, TokenType: '1', UserName: v.userName, VolumeDriveLetter: 'C:', VolumeName: v.text('\\Device\\HarddiskVolume{d1}'), VolumeSnapshotName: v.text('\\Device\\HarddiskVolumeShadowCopy{d2}') } },
  { type: 'DcUsbDeviceConnected', versions: { Win: 4, Mac: 2 }, share: 4, fields: { ...USB, ...v.BY_USER, DcPolicyAction: v.oneOf('0', '1', '2'), DcPolicyFlags: '0', DeviceActiveConfigurationNumber: '1', DeviceConnectionStatus: '1', DevicePropertyClassName: 'USBSTOR', DevicePropertyDeviceDescription: 'USB Mass Storage Device', DeviceProtocol: '50', DeviceUsbClass: '8', DeviceUsbSubclass: '6', DeviceUsbVersion: '2.1', ParentHubInstanceId: v.text('USB\\ROOT_HUB30\\{x12}'), ParentHubPort: v.integer(1, 8) } },
  { type: 'DcUsbDeviceDisconnected', versions: { Win: 2, Mac: 2 }, share: 4, fields: { ...USB, ...v.BY_USER } },
  { type: 'InstalledBrowserExtension', versions: { Win: 2 }, share: 6, fields: { BatchDataNumber: '1', BatchDataTotal: '4', BatchTimestamp: v.eventTime, BrowserExtensionArchitecture: '3', BrowserExtensionId: v.hex(32), BrowserExtensionInstallMethod: '1', BrowserExtensionInstalledTimestamp: v.earlier(90_000_000), BrowserExtensionName: v.oneOf('uBlock Origin', '翻訳 🌐', 'Password Manager'), BrowserExtensionPath: v.text('\\Device\\HarddiskVolume3\\Users\\Public\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Extensions\\{x32}'), BrowserExtensionStatusEnabled: '1', BrowserExtensionVersion: v.text('{d1}.{d2}.{d2}'), BrowserFileHash: v.imageSha256, BrowserFilePath: v.image, BrowserName: '3', BrowserProfileId: 'Default', BrowserProfileName: 'Person 1', BrowserVersion: '133.0', ComputerName: v.hostName, UpdateFlag: '0', UserName: v.userName, UserSid: v.userSid } },
];
export default TYPES;
