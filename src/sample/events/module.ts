/** Images loaded: programs, libraries, drivers, kernel extensions. */
import type { EventType, Fields } from '../event.js';
import * as v from '../values.js';

const LIBRARIES = ['ntdll', 'kernel32', 'user32', 'crypt32', 'ws2_32', 'wininet', 'combase', 'amsi', 'mscoree', 'vaultcli'];
const library = v.oneOf(...LIBRARIES.map((name) => `\\\\Device\\\\HarddiskVolume3\\\\Windows\\\\System32\\\\${name}.dll`));
const driver = v.text('\\Device\\HarddiskVolume3\\Windows\\System32\\drivers\\{word}{d2}.sys');
const LOADED: Fields = { ...v.BY_THREAD, TargetProcessId: v.targetId, ImageFileName: library, SHA256HashData: v.fileSha256 };
const MAPPED: Fields = { MappedFromUserMode: '1', ModuleCharacteristics: v.oneOf('8226', '34', '290') };

const TYPES: readonly EventType[] = [
  {
    type: 'ImageHash',
    versions: { Win: 4, Mac: 3, Lin: 2 },
    share: { Win: 300, Mac: 60, Lin: 60 },
    fields: { ...LOADED, MD5HashData: v.hex(32), SHA1HashData: v.NO_SHA1, TreeId: (s) => s.process.treeId, PrimaryModule: v.oneOf('0', '1'), OriginalEventTimeStamp: v.sometimes(3, v.earlier(60_000)) },
    win: { ...MAPPED, AuthenticodeHashData: v.fileSha256, ModuleSize: v.integer(4096, 9_000_000), SignInfoFlags: v.oneOf('8683538', '9175042', '512') },
    mac: { ImageFileName: '/usr/lib/libobjc.A.dylib' },
    lin: { ImageFileName: v.text('/usr/lib/x86_64-linux-gnu/lib{word}.so.{d1}') },
  },
  {
    type: 'ClassifiedModuleLoad',
    versions: { Win: 5 },
    share: 150,
    fields: {
      ...LOADED,
      ...MAPPED,
      AuthenticodeHashData: v.fileSha256,
      ComputerName: v.hostName,
      ImageSignatureLevel: v.oneOf('12', '0', '6'),
      ImageSignatureType: v.oneOf('1', '3', '0'),
      IsProcessInitializing: v.oneOf('true', 'false', '1', '0'),
      LocalAddressIP4: v.localIp4,
      MD5HashData: v.hex(32),
      ModuleLoadTelemetryClassification: v.oneOf('1', '2', '1024'),
      ModuleSize: v.integer(4096, 9_000_000),
      OriginalFilename: v.oneOf('NTDLL.DLL', 'kernel32', '-', 'N/A'),
      PrimaryModule: '0',
      SignInfoFlags: v.oneOf('8683538', '9175042', '512'),
      TargetImageFileName: v.image,
    },
    json: { Attacks: v.sometimes(12, '[{"Tactic":"Defense Evasion","Technique":"Hijack Execution Flow, DLL Side-Loading"},{"Tactic":"Persistence","Technique":"DLL Side-Loading"}]') },
  },
  { type: 'UnsignedModuleLoad', versions: { Win: 1 }, share: 5, fields: { ...LOADED, ...MAPPED, ExtendedKeyUsages: '0', PublicKeys: '0', SignatureErrorState: '0', SignatureState: '2' } },
  {
    type: 'DriverLoad',
    versions: { Win: 6 },
    share: 10,
    fields: {
      ...v.BY_THREAD,
      ImageFileName: driver,
      SHA256HashData: v.fileSha256,
      MD5HashData: v.hex(32),
      AuthenticodeHashData: v.fileSha256,
      AuthenticodeHashDataSHA256: v.fileSha256,
      CertificateIssuer: 'Microsoft Windows Third Party Component CA 2014',
      CertificatePublisher: v.oneOf('Microsoft Windows Hardware Compatibility Publisher', 'Contoso Ltd.'),
      CertificateSignatureHash: v.fileSha256,
      CertificateSignatureHashAlgorithm: '32780',
      CertificateThumbprint: v.hex(40),
      CertificateThumbprintAlgorithm: '32772',
      CompanyName: (s) => s.process.program.company,
      ComputerName: v.hostName,
      DriverLoadFlags: v.oneOf('0', '1', '2'),
      FileVersion: v.text('{d2}.{d1}.{d4}.0'),
      FixedFileVersion: v.text('{d2}.{d1}.{d4}.0'),
      HashAlgorithm: '32780',
      ImageCheckSum: v.integer(1000, 900_000),
      ImageEntryPoint: v.integer(4096, 90_000),
      ImageTimeStamp: v.mostly('1612345678.000', 4, '-62135596800.000'),
      LocalAddressIP4: v.localIp4,
      OriginalFilename: v.text('{word}.sys'),
      RegistryPath: v.text('\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\{word}'),
      ServiceDisplayName: v.word,
    },
  },
  { type: 'KernelServiceStarted', versions: { Win: 3 }, share: 3, fields: { ...v.BY_THREAD, ComputerName: v.hostName, ImageBaseName: v.text('{word}.sys'), ImageFileName: driver, RpcClientProcessId: v.contextId, RpcClientThreadId: '0', ServiceDisplayName: v.word } },
  { type: 'PeVersionInfo', versions: { Win: 3 }, share: 15, fields: { CompanyName: (s) => s.process.program.company, FileVersion: (s) => s.process.program.version, FixedFileVersion: (s) => s.process.program.version, ImageFileName: v.image, LanguageId: v.oneOf('1033', '1031', '0'), OriginalFilename: v.imageFile, SHA256HashData: v.imageSha256, VersionInfo: v.hex(120) } },
  { type: 'ModuleCertificateInfo2', versions: { Win: 1 }, share: 8, fields: { AuthenticodeHashDataSHA1: v.hex(40), AuthenticodeHashDataSHA256: v.fileSha256, AuthenticodeSignatureFlags: '1', IsTrustedOnLocalMachine: '1', LocalAddressIP4: v.localIp4, SHA256HashData: v.fileSha256 } },
  {
    type: 'ReflectiveDotnetModuleLoad',
    versions: { Win: 2 },
    share: 3,
    fields: { ...v.BY_PROCESS, AssemblyFlags: '2', AssemblyId: v.integer(1_000_000_000, 2_200_000_000_000), AssemblyName: v.text('{word}, Version=0.0.0.0, Culture=neutral, PublicKeyToken=null'), CommandLine: v.commandLine, DotnetModuleFlags: '2', DotnetModuleId: v.integer(1_000_000_000, 2_200_000_000_000), EtwProviderType: '1', ImageFileName: v.image, LocalAddressIP4: v.localIp4, ManagedPdbBuildPath: '', ModuleILPath: v.word, ModuleNativePath: '', NativePdbBuildPath: '' },
  },
  { type: 'KextLoad', versions: { Mac: 1 }, share: 10, fields: { ...v.BY_THREAD, BundleID: v.text('com.{word}.driver.{word}') } },
  { type: 'MachOHeaderParsed', versions: { Mac: 3 }, share: 15, fields: { ...v.BY_PROCESS, ...v.BY_USER, BoundingLimitCount: '0', BoundingLimitDuration: '0', ContextBaseFileName: v.imageFile, DylibPath: '@rpath/libswiftCore.dylib;/usr/lib/libSystem.B.dylib', PrimaryModule: '1', SHA256HashData: v.fileSha256, TargetFileName: v.userFile('app') } },
  { type: 'IOServiceRegister', versions: { Mac: 1 }, share: 8, envelope: 'sensor-no-origin', fields: { ContextTimeStamp: v.eventTime, IOServiceClass: 'IOUSBHostDevice', IOServiceName: 'USB Keyboard', IOServicePath: 'IOService:/AppleARMPE/arm-io/usb-drd0@2280000/keyboard@01100000', IOServiceProperties: '{\\"idVendor\\" = 1452;\\"bcdDevice\\" = 256}' } },
];
export default TYPES;
