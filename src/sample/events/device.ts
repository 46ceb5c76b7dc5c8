/** What is plugged into the host: volumes, USB devices, browser extensions. */
import type { EventType, Fields } from '../event.js';
import type { Scene } from '../scene.js';
import { fileTime } from '../time.js';
import * as v from '../values.js';

const VOLUME: Fields = {
  VolumeDeviceCharacteristics: '0',
  VolumeDeviceObjectFlags: '5308496',
  VolumeDeviceType: '8',
  VolumeFileSystemDevice: '\\\\Ntfs',
  VolumeFileSystemDriver: '\\\\FileSystem\\\\Ntfs',
  VolumeFileSystemType: '2',
  VolumeIsEncrypted: v.oneOf('0', '1'),
  VolumeName: v.text('\\Device\\HarddiskVolume{d2}'),
  VolumeRealDeviceName: v.text('\\Device\\HarddiskVolume{d2}'),
  VolumeSectorSize: '512',
};
const MOUNTED: Fields = {
  ...VOLUME,
  DiskParentDeviceInstanceId: 'USB\\\\VID_0951\\u0026PID_1666\\\\E0D55EA573DCF450E97C104D',
  VolumeDriveLetter: v.oneOf('E:', 'F:', ''),
  VolumeMountPoint: v.oneOf('E:\\\\', ''),
};
/** Volumes that go report Windows FILETIME where other events have epoch seconds. */
const fileTimeNow = (s: Scene): string => fileTime(s.eventMs);

const USB: Fields = {
  DeviceDescriptorSetHash: v.hex(40),
  DeviceInstanceId: v.text('USB\\VID_0781&PID_5581\\{x16}'),
  DeviceManufacturer: v.oneOf('SanDisk', ' ', 'Logitech®'),
  DeviceProduct: v.oneOf('Ultra', 'USB Receiver'),
  DeviceProductId: '5581',
  DeviceTimeStamp: fileTimeNow,
  DeviceVendorId: '0781',
  DeviceVersion: '100',
};

const TYPES: readonly EventType[] = [
  {
    type: 'FsVolumeMounted',
    versions: { Win: 6, Mac: 1 },
    share: 5,
    envelope: 'sensor-no-origin',
    fields: v.BY_THREAD,
    win: { ...MOUNTED, VolumeDevicePath: '', VolumeMountPoint: '' },
    mac: {
      VolumeAppearanceTime: v.earlier(9000),
      VolumeBusName: 'usb-drd0-port-hs',
      VolumeDeviceModel: 'Ultra',
      VolumeDeviceVendor: 'SanDisk',
      VolumeIsNetwork: '0',
      VolumeMediaBSDName: 'disk4s1',
      VolumeMediaEjectable: '1',
      VolumeMediaRemovable: '1',
      VolumeMediaSize: '61529391104',
      VolumeMountPoint: '/Volumes/Clé USB',
      VolumeName: 'Clé USB',
      VolumeUUID: v.uuid,
    },
  },
  {
    type: 'FsVolumeUnmounted',
    versions: { Win: 2, Mac: 1 },
    share: 6,
    envelope: 'sensor-no-origin',
    fields: { ContextProcessId: v.contextId, ContextThreadId: '0', VolumeName: v.text('\\Device\\HarddiskVolume{d2}') },
    win: { ContextTimeStamp: fileTimeNow, StartTime: fileTimeNow, EndTime: fileTimeNow },
    mac: {
      ContextTimeStamp: v.eventTime,
      VolumeIsNetwork: '0',
      VolumeMediaBSDName: 'disk4s1',
      VolumeMountPoint: '/Volumes/Clé USB',
    },
  },
  {
    type: 'RemovableMediaVolumeMounted',
    versions: { Win: 2 },
    share: 3,
    envelope: 'sensor-no-origin',
    fields: { ...v.BY_THREAD, ...MOUNTED, IsOnRemovableDisk: '1', VolumeEncryptionStatus: '0', VolumeSessionUUID: v.uuid },
  },
  {
    type: 'SnapshotVolumeMounted',
    versions: { Win: 1 },
    share: 2,
    envelope: 'sensor-no-origin',
    fields: {
      ...v.BY_THREAD,
      ...VOLUME,
      VolumeEncryptionStatus: '0',
      VolumeLabel: '',
      VolumeSessionUUID: v.uuid,
      VolumeSnapshotName: v.text('\\Device\\HarddiskVolumeShadowCopy{d2}'),
      VolumeSnapshotTimeStamp: v.eventTime,
    },
  },
  {
    type: 'VolumeSnapshotDeleted',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...v.BY_THREAD,
      ...v.BY_RPC,
      AuthenticationId: v.authenticationId,
      CommandLine: 'vssadmin  delete shadows /all /quiet',
      ImageFileName: v.image,
      SHA256HashData: v.imageSha256,
      TokenType: '1',
      UserName: v.userName,
      VolumeDriveLetter: 'C:',
      VolumeName: v.text('\\Device\\HarddiskVolume{d1}'),
      VolumeSnapshotName: v.text('\\Device\\HarddiskVolumeShadowCopy{d2}'),
    },
  },
  {
    type: 'DcUsbDeviceConnected',
    versions: { Win: 4, Mac: 2 },
    share: 4,
    fields: {
      ...USB,
      ...v.BY_USER,
      DcPolicyAction: v.oneOf('0', '1', '2'),
      DcPolicyFlags: '0',
      DeviceActiveConfigurationNumber: '1',
      DeviceConnectionStatus: '1',
      DevicePropertyClassName: 'USBSTOR',
      DevicePropertyDeviceDescription: 'USB Mass Storage Device',
      DeviceProtocol: '50',
      DeviceUsbClass: '8',
      DeviceUsbSubclass: '6',
      DeviceUsbVersion: '2.1',
      ParentHubInstanceId: v.text('USB\\ROOT_HUB30\\{x12}'),
      ParentHubPort: v.integer(1, 8),
    },
  },
  { type: 'DcUsbDeviceDisconnected', versions: { Win: 2, Mac: 2 }, share: 4, fields: { ...USB, ...v.BY_USER } },
  {
    type: 'InstalledBrowserExtension',
    versions: { Win: 2 },
    share: 6,
    fields: {
      BatchDataNumber: '1',
      BatchDataTotal: '4',
      BatchTimestamp: v.eventTime,
      BrowserExtensionArchitecture: '3',
      BrowserExtensionId: v.hex(32),
      BrowserExtensionInstallMethod: '1',
      BrowserExtensionInstalledTimestamp: v.earlier(90_000_000),
      BrowserExtensionName: v.oneOf('uBlock Origin', '翻訳 🌐', 'Password Manager'),
      BrowserExtensionPath: v.text(
        '\\Device\\HarddiskVolume3\\Users\\Public\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Extensions\\{x32}',
      ),
      BrowserExtensionStatusEnabled: '1',
      BrowserExtensionVersion: v.text('{d1}.{d2}.{d2}'),
      BrowserFileHash: v.imageSha256,
      BrowserFilePath: v.image,
      BrowserName: '3',
      BrowserProfileId: 'Default',
      BrowserProfileName: 'Person 1',
      BrowserVersion: '133.0',
      ComputerName: v.hostName,
      UpdateFlag: '0',
      UserName: v.userName,
      UserSid: v.userSid,
    },
  },
];
export default TYPES;
