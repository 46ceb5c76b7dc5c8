/** The host as the sensor finds it: system, capacity, use, firmware, containers. */
import type { EventType } from '../event.js';
import * as v from '../values.js';

const TYPES: readonly EventType[] = [
  {
    type: 'ResourceUtilization',
    versions: { Win: 2, Mac: 2, Lin: 2 },
    share: 30,
    fields: {
      ...v.BY_USER,
      ContextTimeStamp: v.eventTime,
      AvailableDiskSpace: v.integer(9, 900),
      UsedDiskSpace: v.integer(9, 900),
      AverageCpuUsage: v.integer(1, 90),
      MaxCpuUsage: v.integer(1, 100),
      AverageUsedRam: v.integer(900, 60_000),
      MaxUsedRam: v.integer(900, 60_000),
    },
  },
  {
    type: 'SystemCapacity',
    versions: { Win: 1, Mac: 1, Lin: 1 },
    share: 5,
    envelope: 'sensor-no-origin',
    fields: {
      CpuClockSpeed: '2400',
      CpuFeaturesMask: '2199023255551',
      CpuProcessorName: 'Apple M3 Pro',
      CpuSignature: '458787763',
      CpuVendor: '2',
      LogicalCoreCount: '12',
      MemoryTotal: '38654705664',
      PhysicalCoreCount: '12',
      ProcessorPackageCount: '1',
    },
  },
  {
    type: 'DiskCapacity',
    versions: { Win: 1 },
    share: 3,
    fields: { LocalAddressIP4: v.localIp4, NumberOfDiskDrives: '1', TotalDiskSpace: '1024209543168' },
  },
  {
    type: 'OsVersionInfo',
    versions: { Win: 4, Mac: 3, Lin: 4 },
    share: 5,
    envelope: 'sensor-no-origin',
    fields: {
      AgentVersion: (s) => s.host.agentVersion,
      BootArgs: '',
      MajorVersion: '10',
      MinorVersion: '0',
      OSVersionFileData: v.hex(600),
      OSVersionFileName: '/etc/os-release',
      OSVersionString: (s) => s.host.osVersion,
      RFMState: v.oneOf('0', '1'),
    },
  },
  {
    type: 'HostInfo',
    versions: { Win: 2, Mac: 2 },
    share: 5,
    envelope: 'sensor-no-origin',
    fields: {
      DcName: '\\\\\\\\DC01',
      MachineDn: v.text('CN={word},OU=Workstations,DC=corp,DC=example'),
      MachineDomain: 'corp.example',
      SiteName: (s) => s.host.place.site,
    },
  },
  { type: 'AdditionalHostInfo', versions: { Win: 4, Mac: 4 }, share: 3, fields: { ...v.BY_USER, ErrorCode: '0' } },
  {
    type: 'BillingInfo',
    versions: { Win: 2, Mac: 2, Lin: 2 },
    share: 8,
    fields: { ...v.BY_USER, ActiveCpuCount: v.oneOf('4', '8', '12'), BillingType: '1', MemoryTotal: '17179869184' },
  },
  {
    type: 'FirmwareAnalysisStatus',
    versions: { Win: 2, Mac: 2 },
    share: 3,
    envelope: 'sensor-no-origin',
    fields: {
      BootTimeFunctionalityLevel: '2',
      CurrentFunctionalityLevel: '2',
      FirmwareAnalysisEclConsumerInterfaceVersion: '1',
      FirmwareAnalysisEclControlInterfaceVersion: '1',
      PciAttachmentState: '0',
      ReasonOfFunctionalityLevel: '0',
    },
  },
  { type: 'FileVaultStatus', versions: { Mac: 1 }, share: 4, fields: { ...v.BY_USER, FileVaultIsEnabled: '1' } },
  {
    type: 'OciContainerTelemetry',
    versions: { Lin: 2 },
    share: 20,
    envelope: 'sensor-no-origin',
    fields: { OciContainersStartedCount: v.integer(0, 20), OciContainersStoppedCount: v.integer(0, 20) },
  },
  {
    type: 'CriticalEnvironmentVariableChanged',
    versions: { Lin: 1 },
    share: 8,
    fields: { ...v.BY_THREAD, EnvironmentVariableName: 'LD_PRELOAD', EnvironmentVariableValue: v.text('/tmp/{x8}.so') },
  },
];
export default TYPES;
