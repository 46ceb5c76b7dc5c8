/** The Windows registry; macOS' launch items and open directory, which take its place there. */
import type { EventType, Fields } from '../event.js';
import * as v from '../values.js';

const OPERATION: Fields = {
  ...v.BY_THREAD,
  AuthenticationId: v.authenticationId,
  TokenType: v.oneOf('1', '2'),
  RegOperationType: v.oneOf('1', '1', '1', '2'),
};
const ASEP: Fields = {
  ...OPERATION,
  AsepClass: v.oneOf('3', '7', '11', '19'),
  AsepFlags: v.oneOf('1', '3', '67'),
  AsepIndex: v.integer(1, 400),
  AsepValueType: v.oneOf('0', '1', '2', '5'),
};
const CLASSIFIED: Fields = {
  ...OPERATION,
  RegClassification: v.oneOf('1', '4', '32'),
  RegClassificationFlags: '0',
  RegClassificationIndex: v.integer(1, 900),
};

const runKey = v.oneOf(
  '\\\\REGISTRY\\\\MACHINE\\\\SOFTWARE\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Run',
  '\\\\REGISTRY\\\\USER\\\\S-1-5-21-1004336348-1177238915-682003330-1123\\\\Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\RunOnce',
);
const serviceKey = v.text('\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\{word}');
/** REG_MULTI_SZ: strings that NUL ends. */
const MULTI_SZ: Fields = { RegType: '7', RegStringValue: v.text('{word}\u0000{word} {word}\u0000Zürich\u0000\u0000') };
const DWORD: Fields = { RegType: '4', RegStringValue: '' };

const OPEN_DIRECTORY: Fields = {
  ...v.BY_PROCESS,
  LocalAddressIP4: v.localIp4,
  ODAttributeName: 'dsAttrTypeStandard:GroupMembership',
  ODDatabasePath: '/var/db/dslocal/nodes/Default',
  ODErrorCode: '0',
  ODNodeName: '/Local/Default',
  ODRecordName: v.word,
  ODRecordType: 'dsRecTypeStandard:Groups',
};

const TYPES: readonly EventType[] = [
  {
    type: 'AsepValueUpdate',
    versions: { Win: 7 },
    share: 60,
    fields: {
      ...ASEP,
      RegObjectName: runKey,
      RegValueName: v.word,
      RegType: v.oneOf('1', '2'),
      RegStringValue: v.text('"C:\\Program Files\\{word}\\{word}.exe" --background={d2}'),
      Data1: '0',
      TargetCommandLineParameters: v.mostly('', 3, '--background'),
      TargetFileName: v.userFile('exe'),
      TargetSHA256HashData: v.fileSha256,
      UserName: v.userName,
    },
  },
  {
    type: 'AsepKeyUpdate',
    versions: { Win: 6 },
    share: 15,
    fields: { ...ASEP, RegObjectName: serviceKey, RegOperationType: v.oneOf('3', '4') },
  },
  {
    type: 'RegGenericValueUpdate',
    versions: { Win: 1 },
    share: 40,
    fields: {
      ...CLASSIFIED,
      ...MULTI_SZ,
      RegObjectName: serviceKey,
      RegValueName: v.oneOf('DependOnService', 'PendingFileRenameOperations'),
    },
  },
  {
    type: 'RegSystemConfigValueUpdate',
    versions: { Win: 1 },
    share: 30,
    fields: {
      ...CLASSIFIED,
      ...DWORD,
      RegObjectName: '\\\\REGISTRY\\\\MACHINE\\\\SYSTEM\\\\ControlSet001\\\\Control\\\\Lsa',
      RegValueName: v.oneOf('LimitBlankPasswordUse', 'RunAsPPL', ''),
    },
  },
  {
    type: 'RegSystemConfigKeyUpdate',
    versions: { Win: 1 },
    share: 8,
    fields: { ...CLASSIFIED, RegObjectName: serviceKey, LocalAddressIP4: v.localIp4, RegOperationType: '3' },
  },
  {
    type: 'RegCrowdstrikeValueUpdate',
    versions: { Win: 1 },
    share: 4,
    fields: {
      ...CLASSIFIED,
      ...MULTI_SZ,
      ComputerName: v.hostName,
      LocalAddressIP4: v.localIp4,
      RegObjectName: serviceKey,
      RegValueName: 'Group Tags',
    },
  },
  {
    type: 'SuspiciousRegAsepUpdate',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...v.BY_THREAD,
      CommandLine: v.commandLine,
      ImageFileName: v.image,
      PatternId: '10197',
      RegConfigClass: '3',
      RegConfigFlags: '1',
      RegConfigIndex: '12',
      RegConfigValueType: '1',
      RegKeyName: 'Run',
      RegObjectName: runKey,
      RegOperationType: '1',
      RegStringValue: v.text('C:\\Users\\Public\\{x8}.exe'),
      RegType: '1',
      RegValueName: v.word,
      TargetCommandLineParameters: '',
      TargetFileName: v.userFile('exe'),
      TargetSHA256HashData: v.fileSha256,
    },
  },
  {
    type: 'AsepFileChange',
    versions: { Mac: 2 },
    share: 10,
    envelope: 'sensor-no-origin',
    fields: {
      ...v.BY_THREAD,
      SHA256HashData: v.fileSha256,
      Size: v.integer(100, 9000),
      TargetFileName: v.text('/Library/LaunchDaemons/com.{word}.{word}.plist'),
      VnodeModificationType: '4',
    },
  },
  {
    type: 'AsepFileChangeScanInfo',
    versions: { Mac: 1 },
    share: 4,
    fields: {
      ...v.BY_PROCESS,
      ...v.BY_USER,
      FileContent: v.text(
        '<?xml version="1.0"?>\n<plist version="1.0"><dict>\n\t<key>Label</key><string>com.{word}</string>\n</dict></plist>\n',
      ),
      SHA256HashData: v.fileSha256,
      Size: '120',
      TargetFileName: '/Library/LaunchAgents/com.example.plist',
      VnodeModificationType: '4',
    },
  },
  {
    type: 'LoginItemAdded',
    versions: { Mac: 1 },
    share: 4,
    fields: {
      ...v.BY_PROCESS,
      LaunchItemType: 'agent',
      LaunchItemUrl: v.text('file:///Applications/{word}.app/'),
      LocalAddressIP4: v.localIp4,
      ResponsiblePid: (s) => s.process.pid,
      UID: '501',
      UserName: v.userName,
    },
  },
  {
    type: 'OpenDirectoryAttributeAdd',
    versions: { Mac: 1 },
    share: 3,
    fields: { ...OPEN_DIRECTORY, UserName: v.userName, UserPrincipal: '' },
  },
  { type: 'OpenDirectoryAttributeSet', versions: { Mac: 1 }, share: 3, fields: OPEN_DIRECTORY },
  {
    type: 'ConfigurationProfileModified',
    versions: { Mac: 1 },
    share: 2,
    fields: {
      ...v.BY_PROCESS,
      ...v.BY_USER,
      ImageFileName: '/usr/libexec/mdmclient',
      ProfileDisplayName: 'Réseau Wi‑Fi',
      ProfileIdentifier: 'com.example.wifi',
      ProfileModificationType: '1',
      ProfileScope: 'system',
      ProfileSource: 'managed',
      ProfileUUID: v.uuid,
      ResponsiblePid: '1',
    },
  },
];
export default TYPES;
