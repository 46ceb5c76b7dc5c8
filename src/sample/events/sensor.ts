/** The sensor about itself and its host: heartbeats, configuration, updates, capacity. */
import type { EventType, Fields } from '../event.js';
import { epochSeconds } from '../time.js';
import * as v from '../values.js';

const CONFIG: Fields = { ConfigIDBase: '65994767', ConfigIDBuild: (s) => s.host.configBuild.slice(-8, -2), ConfigIDPlatform: v.oneOf('3', '4', '8'), ConfigurationVersion: '10', ProvisionState: '1' };
const DOWNLOADED: Fields = { CloudErrorCode: '0', ErrorText: '', Id: v.uuid, SHA256HashData: v.fileSha256, Status: '0', TargetFileName: v.text('Channel-{d4}.sys') };

/** Channel file versions, a long list in one string. */
const configState = v.text(
  Array.from({ length: 60 }, (_, i) => `1,${(i * 7).toString(16)},${i % 3},0,0,{d3}|`).join(''),
);
const systemTags = Array.from({ length: 180 }, (_, i) => 12_094_627_000_000 + i * 5737).join(', ');

const TYPES: readonly EventType[] = [
  { type: 'SensorHeartbeat', versions: { Win: 4, Mac: 4, Lin: 4 }, share: 300, envelope: 'sensor-no-origin', fields: { ...CONFIG, NetworkContainmentState: v.mostly('0', 200, '1'), SensorStateBitMap: v.oneOf('0', '2') } },
  {
    type: 'AgentOnline',
    versions: { Win: 13, Mac: 13, Lin: 10 },
    share: 6,
    envelope: 'sensor-no-origin',
    fields: {
      ...CONFIG,
      AgentLoadFlags: v.oneOf('0', '1'),
      AgentLocalTime: v.eventTime,
      AgentVersion: (s) => s.host.agentVersion,
      BaseTime: v.earlier(40_000_000),
      BiosManufacturer: (s) => s.host.manufacturer,
      BiosReleaseDate: '1685577600.000',
      BiosVersion: v.text('1.{d2}.0'),
      BootId: v.integer(1, 900),
      ChassisType: v.oneOf('10', '3', 'none'),
      ComputerName: v.hostName,
      ContextTimeStamp: v.eventTime,
      CpuFeaturesMask: v.integer(1_000_000, 900_000_000_000),
      CpuSignature: '591593',
      CpuVendor: v.oneOf('0', '1', '2'),
      MdmDeviceId: v.mostly('', 3, 'b3f3a2c1-5d3c-4f7e-9b39-1c2d3e4f5a6b'),
      MicrocodeSignature: '4466765987840',
      MoboManufacturer: (s) => s.host.manufacturer,
      MoboProductName: '0T9KYC',
      SensorGroupingTags: v.mostly('-', 3, 'SensorGroupingTags/Finance, SensorGroupingTags/EU'),
      SystemManufacturer: (s) => s.host.manufacturer,
      SystemProductName: (s) => s.host.model,
      SystemSerialNumber: v.hex(8),
      SystemSku: 'none',
      TpmType: '2.0',
    },
  },
  {
    type: 'AgentConnect',
    versions: { Win: 5, Mac: 5, Lin: 5 },
    share: 10,
    envelope: 'sensor-no-origin',
    fields: { ...CONFIG, ConnectTime: v.eventTime, ConnectType: v.oneOf('1', '5'), ConnectionCipher: '26128', ConnectionCipherStrength: '256', ConnectionExchange: '44550', ConnectionExchangeStrength: '255', ConnectionHash: '32781', ConnectionHashStrength: '0', ConnectionProtocol: '2048', FailedConnectCount: v.mostly('0', 6, '1', '4'), NetworkContainmentState: '0', PreviousConnectTime: v.earlier(8_000_000), VerifiedCertificate: 'ts01-b.cloudsink.net' },
  },
  { type: 'ConfigStateUpdate', versions: { Win: 3, Mac: 2, Lin: 2 }, share: 20, envelope: 'sensor-no-origin', fields: { ChannelDiffStatusList: '0', ConfigStateData: configState } },
  { type: 'ChannelVersionRequired', versions: { Win: 2, Mac: 2, Lin: 2 }, share: 60, envelope: 'sensor-no-origin', fields: { ChannelDiffStatus: '1', ChannelId: v.integer(1, 400), ChannelVersion: v.integer(1, 900), ChannelVersionRequired: v.integer(1, 900), ErrorCode: '0' } },
  { type: 'ProvisioningChannelVersionRequired', versions: { Win: 2, Mac: 2, Lin: 2 }, share: 20, envelope: 'sensor-no-origin', fields: { ChannelId: v.integer(1, 400), ChannelVersion: v.integer(1, 900), ChannelVersionRequired: v.integer(1, 900) } },
  { type: 'ChannelActive', versions: { Win: 1 }, share: 5, fields: { ...v.BY_USER, ChannelId: v.integer(1, 400) } },
  { type: 'ChannelDataDownloadComplete', versions: { Win: 1, Mac: 1, Lin: 1 }, share: 6, fields: { ...DOWNLOADED, ...v.BY_USER } },
  { type: 'UpdateManifestDownloadComplete', versions: { Win: 1 }, share: 3, envelope: 'sensor-no-origin', fields: DOWNLOADED },
  { type: 'LFODownloadConfirmation', versions: { Win: 1, Mac: 1, Lin: 1 }, share: 15, envelope: 'sensor-no-origin', fields: { CompletionEventId: 'Event_ChannelDataDownloadCompleteV1', DownloadPath: v.text('/cfs/channelfiles/0000{d4}/{x40}'), DownloadPort: '443', DownloadServer: 'lfodown01-b.cloudsink.net', TargetFileName: v.text('\\Device\\HarddiskVolume3\\Windows\\System32\\drivers\\CrowdStrike\\C-{d4}.sys') } },
  { type: 'LfoUploadDataComplete', versions: { Win: 3, Mac: 3, Lin: 3 }, share: 5, envelope: 'sensor-no-origin', fields: { AttemptNumber: '0', LfoUploadFlags: '4', SHA256HashData: v.fileSha256, Size: v.integer(1000, 9_000_000), SourceFileName: v.image, Tags: systemTags.slice(0, 900), UploadId: v.text('17{d15}') } },
  { type: 'CurrentSystemTags', versions: { Win: 1, Mac: 1 }, share: 6, envelope: 'sensor-no-origin', fields: { SystemTableIndex: '40', Tags: systemTags } },
  { type: 'ResourceUtilization', versions: { Win: 2, Mac: 2, Lin: 2 }, share: 30, fields: { ...v.BY_USER, ContextTimeStamp: v.eventTime, AvailableDiskSpace: v.integer(9, 900), UsedDiskSpace: v.integer(9, 900), AverageCpuUsage: v.integer(1, 90), MaxCpuUsage: v.integer(1, 100), AverageUsedRam: v.integer(900, 60_000), MaxUsedRam: v.integer(900, 60_000) } },
  { type: 'SystemCapacity', versions: { Win: 1, Mac: 1, Lin: 1 }, share: 5, envelope: 'sensor-no-origin', fields: { CpuClockSpeed: '2400', CpuFeaturesMask: '2199023255551', CpuProcessorName: 'Apple M3 Pro', CpuSignature: '458787763', CpuVendor: '2', LogicalCoreCount: '12', MemoryTotal: '38654705664', PhysicalCoreCount: '12', ProcessorPackageCount: '1' } },
  { type: 'DiskCapacity', versions: { Win: 1 }, share: 3, fields: { LocalAddressIP4: v.localIp4, NumberOfDiskDrives: '1', TotalDiskSpace: '1024209543168' } },
  { type: 'OsVersionInfo', versions: { Win: 4, Mac: 3, Lin: 4 }, share: 5, envelope: 'sensor-no-origin', fields: { AgentVersion: (s) => s.host.agentVersion, BootArgs: '', MajorVersion: '10', MinorVersion: '0', OSVersionFileData: v.hex(600), OSVersionFileName: '/etc/os-release', OSVersionString: (s) => s.host.osVersion, RFMState: v.oneOf('0', '1') } },
  { type: 'HostInfo', versions: { Win: 2, Mac: 2 }, share: 5, envelope: 'sensor-no-origin', fields: { DcName: '\\\\\\\\DC01', MachineDn: v.text('CN={word},OU=Workstations,DC=corp,DC=example'), MachineDomain: 'corp.example', SiteName: (s) => s.host.place.site } },
  { type: 'AdditionalHostInfo', versions: { Win: 4, Mac: 4 }, share: 3, fields: { ...v.BY_USER, ErrorCode: '0' } },
  { type: 'BillingInfo', versions: { Win: 2, Mac: 2, Lin: 2 }, share: 8, fields: { ...v.BY_USER, ActiveCpuCount: v.oneOf('4', '8', '12'), BillingType: '1', MemoryTotal: '17179869184' } },
  { type: 'SensorSettingsUpdate', versions: { Win: 1, Mac: 1 }, share: 4, fields: { ...v.BY_USER, ComputerName: v.hostName, Flags: '0', RTRState: '1' } },
  { type: 'SensorAntiTamperState', versions: { Win: 1 }, share: 3, fields: { AntiTamperStateFlag: '1', ComputerName: v.hostName } },
  { type: 'ErrorEvent', versions: { Win: 2, Lin: 1 }, share: 6, envelope: 'sensor-no-origin', fields: { ErrorStatus: '3221225659', Facility: '1441793', File: '90', Line: '412', Parameter1: '18446744073709551615', Parameter2: '0', Parameter3: '0' } },
  { type: 'FirmwareAnalysisStatus', versions: { Win: 2, Mac: 2 }, share: 3, envelope: 'sensor-no-origin', fields: { BootTimeFunctionalityLevel: '2', CurrentFunctionalityLevel: '2', FirmwareAnalysisEclConsumerInterfaceVersion: '1', FirmwareAnalysisEclControlInterfaceVersion: '1', PciAttachmentState: '0', ReasonOfFunctionalityLevel: '0' } },
  { type: 'EtwComponentResponse', versions: { Win: 2 }, share: 3, fields: { AttemptNumber: '1', ContextTimeStamp: (s) => epochSeconds(s.eventMs), EtwProviders: '255', EtwProvidersEnabled: '255', EtwProvidersError: '0', LocalAddressIP4: v.localIp4, Status: '0' } },
  { type: 'FileVaultStatus', versions: { Mac: 1 }, share: 4, fields: { ...v.BY_USER, FileVaultIsEnabled: '1' } },
  { type: 'LightningLatencyInfo', versions: { Mac: 1 }, share: 15, envelope: 'sensor-no-origin', fields: { LightningLatencyState: v.oneOf('1', '2') } },
  { type: 'OciContainerTelemetry', versions: { Lin: 2 }, share: 20, envelope: 'sensor-no-origin', fields: { OciContainersStartedCount: v.integer(0, 20), OciContainersStoppedCount: v.integer(0, 20) } },
  { type: 'CriticalEnvironmentVariableChanged', versions: { Lin: 1 }, share: 8, fields: { ...v.BY_THREAD, EnvironmentVariableName: 'LD_PRELOAD', EnvironmentVariableValue: v.text('/tmp/{x8}.so') } },
];
export default TYPES;
