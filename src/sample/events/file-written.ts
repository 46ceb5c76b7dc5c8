/** Files written: a type for each file format. */
import type { EventType, Fields } from '../event.js';
import type { Platform } from '../platform.js';
import * as v from '../values.js';
import { oneOf } from '../values.js';

const WRITTEN: Fields = {
  ...v.BY_PROCESS,
  FileIdentifier: v.fileIdentifier,
  IsOnRemovableDisk: v.mostly('0', 20, '1'),
  Size: v.integer(0, 40_000_000),
};
/** What Windows' file system filter adds. */
export const IRP: Fields = {
  FileObject: v.kernelAddress,
  IrpFlags: oneOf('0', '1028', '2180'),
  MajorFunction: oneOf('0', '18'),
  MinorFunction: '0',
  OperationFlags: '0',
};
const IRP_WRITTEN: Fields = {
  ...IRP,
  ContextThreadId: v.integer(10_000_000, 4_000_000_000_000),
  AuthenticationId: v.authenticationId,
  TokenType: '1',
  IsOnNetwork: v.mostly('0', 15, '1'),
  FileEcpBitmask: '0',
  DiskParentDeviceInstanceId:
    'PCI\\\\VEN_8086\\u0026DEV_A0D3\\u0026SUBSYS_0A2C1028\\u0026REV_20\\\\3\\u002611583659\\u00260\\u0026B8',
};
const OPERATOR: Fields = { FileOperatorSid: v.userSid, FileWrittenFlags: oneOf('0', '1', '2') };
const FILE_OF: Fields = { ContextBaseFileName: v.imageFile };
const THREAD: Fields = { ContextThreadId: v.integer(10_000_000, 4_000_000_000_000) };

/** How much the published field lists say of a type: `thin` the fewest fields, `thread` older sensors', `full` Windows' file filter's. */
type Detail = 'thin' | 'plain' | 'thread' | 'full';
const DETAIL: Record<Detail, { fields: Fields; win: Fields }> = {
  thin: { fields: v.BY_USER, win: {} },
  plain: { fields: { ...FILE_OF, ...v.BY_USER }, win: {} },
  thread: { fields: { ...FILE_OF, ...THREAD, UserName: v.userName }, win: {} },
  full: { fields: { ...FILE_OF, ...THREAD }, win: { ...IRP_WRITTEN, ...OPERATOR } },
};

/** Type without `FileWritten`, extension, FileCategory, detail, share, platforms. */
const FAMILY: readonly (readonly [string, string, string, Detail, number, string])[] = [
  ['Zip', 'zip', '1', 'full', 25, 'Win Mac Lin'],
  ['SevenZip', '7z', '1', 'full', 5, 'Win'],
  ['Gzip', 'gz', '1', 'full', 12, 'Win Mac Lin'],
  ['BZip2', 'bz2', '1', 'thread', 3, 'Win Lin'],
  ['Cab', 'cab', '1', 'plain', 4, 'Win'],
  ['Tar', 'tar', '1', 'thread', 5, 'Mac Win'],
  ['Xar', 'pkg', '1', 'thread', 5, 'Mac'],
  ['Xz', 'xz', '1', 'thin', 3, 'Mac Lin'],
  ['LZip', 'lz', '1', 'thin', 1, 'Mac'],
  ['Lzfse', 'lzfse', '1', 'thin', 3, 'Mac'],
  ['Zstd', 'zst', '1', 'thin', 4, 'Lin Mac'],
  ['Pdf', 'pdf', '2', 'full', 20, 'Win Mac'],
  ['Ooxml', 'docx', '2', 'full', 15, 'Win Mac'],
  ['Ole', 'doc', '2', 'full', 8, 'Win'],
  ['Rtf', 'rtf', '2', 'full', 4, 'Win'],
  ['MSDocx', 'docx', '2', 'plain', 10, 'Win Mac'],
  ['MSXlsx', 'xlsx', '2', 'plain', 10, 'Win Mac'],
  ['MSPptx', 'pptx', '2', 'plain', 5, 'Win Mac'],
  ['Email', 'eml', '8', 'plain', 4, 'Win'],
  ['Jpeg', 'jpg', '3', 'plain', 12, 'Win Mac'],
  ['Gif', 'gif', '3', 'plain', 6, 'Win'],
  ['Tiff', 'tiff', '3', 'plain', 2, 'Win'],
  ['Bmp', 'bmp', '3', 'plain', 3, 'Win'],
  ['JavaClass', 'class', '5', 'full', 5, 'Win Mac Lin'],
  ['Jar', 'jar', '6', 'full', 5, 'Win Lin'],
  ['ELF', 'so', '6', 'thread', 20, 'Lin'],
  ['MachO', 'dylib', '6', 'thread', 20, 'Mac'],
  ['Dmg', 'dmg', '7', 'plain', 6, 'Mac'],
  ['Crx', 'crx', '1', 'plain', 3, 'Win'],
  ['Dmp', 'dmp', '9', 'full', 4, 'Win'],
  ['Deb', 'deb', '1', 'full', 8, 'Lin'],
  ['Arc', 'arc', '1', 'full', 1, 'Win'],
  ['Pem', 'pem', '10', 'thin', 4, 'Mac Lin'],
  ['AppleScript', 'scpt', '5', 'thin', 3, 'Mac'],
];
/** Types whose field list also names the file's hash. */
const HASHED = new Set(['Jar', 'ELF', 'MachO', 'Deb', 'Arc']);

function family([name, extension, category, detail, share, platforms]: (typeof FAMILY)[number]): EventType {
  const versions: Partial<Record<Platform, number>> = {};
  for (const platform of platforms.split(' ')) versions[platform as Platform] = platform === 'Win' ? 11 : 4;
  const { fields, win } = DETAIL[detail];
  const hash: Fields = HASHED.has(name) ? { SHA256HashData: v.fileSha256 } : {};
  const office: Fields = name.startsWith('MS') ? { MSOfficeSubType: oneOf('1', '2') } : {};
  return {
    type: `${name}FileWritten`,
    versions,
    share,
    fields: { ...WRITTEN, ...fields, ...hash, ...office, FileCategory: category, TargetFileName: v.userFile(extension) },
    win,
  };
}

/** Newer sensors name the program too. */
export const BY_FILE: Fields = { ContextBaseFileName: v.imageFile, ContextImageFileName: v.image };

const TYPES: readonly EventType[] = [
  ...FAMILY.map(family),
  {
    type: 'PngFileWritten',
    versions: { Win: 3, Mac: 4 },
    share: 20,
    fields: { ...WRITTEN, ...FILE_OF, ...v.BY_USER, FileCategory: '3', TargetFileName: v.userFile('png') },
    win: { ...IRP_WRITTEN, ...OPERATOR },
  },
  {
    type: 'GenericFileWritten',
    versions: { Win: 11, Mac: 5 },
    share: 25,
    fields: { ...WRITTEN, ...FILE_OF, ...v.BY_USER, TargetFileName: v.programFile },
    win: IRP_WRITTEN,
  },
  {
    type: 'PeFileWritten',
    versions: { Win: 17 },
    share: 80,
    fields: {
      ...WRITTEN,
      ...IRP_WRITTEN,
      ...OPERATOR,
      ...BY_FILE,
      FileCategory: '6',
      TargetFileName: v.userFile('dll'),
      SHA256HashData: v.fileSha256,
      DllCharacteristics: '16736',
      ImageCheckSum: v.integer(0, 4_000_000_000),
      ImageEntryPoint: v.integer(4096, 900_000),
      ImageSubsystem: oneOf('2', '3', '1'),
      ImageTimeStamp: v.mostly('1709286151.000', 6, '4102444800.000', '0.000'),
      IsTransactedFile: '0',
      ModuleCharacteristics: oneOf('8226', '34'),
      UserName: v.userName,
    },
  },
];
export default TYPES;
