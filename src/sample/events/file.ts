/** Files opened, renamed, deleted, new programs and scripts; directories; marks of the web. */
import type { EventType, Fields } from '../event.js';
import * as v from '../values.js';
import { oneOf } from '../values.js';
import { BY_FILE, IRP } from './file-written.js';

const OPENED: Fields = {
  DesiredAccess: oneOf('1179785', '65536', '1180063'),
  ShareAccess: oneOf('0', '1', '3', '7'),
  Status: v.mostly('0', 12, '3221225506', '3221225524'),
};
const CREATED: Fields = {
  ...IRP,
  ...OPENED,
  FileAttributes: oneOf('0', '32', '128'),
  Information: '2',
  Options: oneOf('16777312', '33554532', '5'),
};
const TREE: Fields = { TreeId: (s) => s.process.treeId };
const UNIX_MODE: Fields = { UID: (s) => s.process.user.uid, GID: '0', UnixMode: oneOf('33188', '33261', '33152') };

const TYPES: readonly EventType[] = [
  {
    type: 'NewExecutableWritten',
    versions: { Win: 3, Mac: 2, Lin: 2 },
    share: 300,
    fields: {
      ...v.BY_THREAD,
      FileIdentifier: v.fileIdentifier,
      Size: v.integer(1000, 90_000_000),
      SHA256HashData: v.fileSha256,
      TargetFileName: v.userFile('exe'),
    },
    win: { ...CREATED, ...BY_FILE, FileEcpBitmask: '0' },
    mac: { VnodeModificationType: '4' },
  },
  {
    type: 'NewScriptWritten',
    versions: { Win: 7, Mac: 3, Lin: 3 },
    share: 40,
    fields: {
      ...v.BY_THREAD,
      FileIdentifier: v.fileIdentifier,
      IsOnRemovableDisk: '0',
      Size: v.integer(20, 90_000),
      SHA256HashData: v.fileSha256,
      TargetFileName: v.userFile('ps1'),
      UserName: v.userName,
    },
    win: { ...CREATED, ...BY_FILE, FileEcpBitmask: '0' },
  },
  {
    type: 'NewExecutableRenamed',
    versions: { Win: 6, Mac: 1 },
    share: 15,
    fields: {
      ...v.BY_THREAD,
      FileIdentifier: v.fileIdentifier,
      NewFileIdentifier: v.fileIdentifier,
      SHA256HashData: v.fileSha256,
      Size: v.integer(1000, 9_000_000),
      SourceFileName: v.userFile('tmp'),
      TargetFileName: v.userFile('exe'),
    },
    win: IRP,
  },
  {
    type: 'ExecutableDeleted',
    versions: { Win: 3, Mac: 1, Lin: 1 },
    share: 300,
    fields: { ...v.BY_THREAD, FileIdentifier: v.fileIdentifier, TargetFileName: v.userFile('exe') },
    win: { ...IRP, BoundingLimitCount: v.sometimes(4, '0') },
  },
  {
    type: 'FileOpenInfo',
    versions: { Win: 1, Lin: 1 },
    share: 50,
    fields: { ...v.BY_THREAD, ...OPENED, ...TREE, TargetFileName: v.userFile('docx') },
  },
  {
    type: 'FileDeleteInfo',
    versions: { Win: 1, Mac: 1, Lin: 1 },
    share: 40,
    fields: { ...v.BY_THREAD, ...TREE, TargetFileName: v.programFile },
  },
  {
    type: 'FileRenameInfo',
    versions: { Win: 1, Lin: 1 },
    share: 30,
    fields: { ...v.BY_THREAD, ...TREE, SourceFileName: v.programFile, TargetFileName: v.programFile },
  },
  {
    type: 'FileCreateInfo',
    versions: { Win: 1, Lin: 1 },
    share: 20,
    fields: { ...v.BY_THREAD, ...TREE, TargetFileName: v.programFile },
    lin: UNIX_MODE,
  },
  {
    type: 'DirectoryCreate',
    versions: { Win: 2, Mac: 1, Lin: 1 },
    share: 70,
    fields: {
      ...v.BY_THREAD,
      FileIdentifier: v.fileIdentifier,
      TargetFileName: v.programFile,
      TargetDirectoryName: v.sometimes(3, v.programFile),
    },
    win: { ...CREATED, FileAttributes: '16', FileEcpBitmask: '0', HandleCreateAuthenticationId: v.authenticationId },
    mac: { ...UNIX_MODE, VnodeType: '2', Flags: '0' },
    lin: UNIX_MODE,
  },
  {
    type: 'MotwWritten',
    versions: { Win: 2 },
    share: 6,
    fields: {
      ContextProcessId: v.contextId,
      FileIdentifier: v.fileIdentifier,
      HostUrl: v.text('https://{word}.example.net/{word}.zip?sig={x16}'),
      ReferrerUrl: v.mostly('', 2, 'https://www.example.net/'),
      TargetFileName: v.userFile('zip'),
    },
  },
  {
    type: 'FileWrittenWithEntropyHigh',
    versions: { Win: 2 },
    share: 2,
    fields: {
      ...v.BY_PROCESS,
      AuthenticationId: v.authenticationId,
      BoundingLimitCount: '0',
      BoundingLimitDuration: '0',
      ComputerName: v.hostName,
      FileEcpBitmask: '0',
      ShannonEntropy: '7',
      Size: v.integer(1, 9_000_000),
      TargetFileName: v.userFile('locked'),
    },
  },
  {
    type: 'RansomwareOpenFile',
    versions: { Win: 4 },
    share: 2,
    fields: {
      ...v.BY_THREAD,
      ...CREATED,
      BoundingLimitCount: '4',
      BoundingLimitDuration: '60000',
      FileIdentifier: v.fileIdentifier,
      TargetFileName: v.userFile('xlsx'),
    },
  },
  {
    type: 'CriticalFileAccessed',
    versions: { Mac: 1, Lin: 1 },
    share: 30,
    fields: { ...v.BY_THREAD, ...UNIX_MODE, TargetFileName: oneOf('/etc/shadow', '/etc/sudoers', '/private/etc/master.passwd') },
  },
  {
    type: 'CriticalFileModified',
    versions: { Mac: 2, Lin: 1 },
    share: 10,
    fields: {
      ...v.BY_THREAD,
      ...UNIX_MODE,
      FileIdentifier: v.fileIdentifier,
      USN: '0',
      TargetFileName: oneOf('/etc/hosts', '/etc/passwd'),
    },
  },
  {
    type: 'FileExtendedAttrOperation',
    versions: { Mac: 2 },
    share: 10,
    fields: {
      ContextProcessId: v.contextId,
      ...v.BY_USER,
      ExtendedAttributeModificationType: '2',
      ExtendedAttributeName: 'com.apple.quarantine',
      ExtendedAttributeStatus: '0',
      FileIdentifier: v.fileIdentifier,
      Size: '57',
      TargetFileName: v.userFile('dmg'),
      VnodeType: '1',
    },
  },
];
export default TYPES;
