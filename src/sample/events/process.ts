/** Processes: started, ended, seen at sensor start, summed up. */
import type { EventType, Fields } from '../event.js';
import type { Scene } from '../scene.js';
import { epochSeconds } from '../time.js';
import * as v from '../values.js';

const targetImage = (s: Scene): string => s.target.program.image;
const targetStart = (s: Scene): string => epochSeconds(s.target.startMs);

/** Counts of what a process did; nearly all are 0 in nearly all lines. */
const COUNTERS =
  'AsepWritten BinaryExecutableWritten CreateProcess DirectoryCreated DirectoryEnumerated DnsRequest ExecutableDeleted FileDeleted ' +
  'GenericFileWritten InjectedDll InjectedThread NetworkBind NetworkClose NetworkListen NetworkModuleLoad NetworkRecvAccept ' +
  'NewExecutableWritten PrivilegedProcessHandle ProtectVirtualMemory QueueApc RegKeySecurityDecreased RunDllInvocation ScreenshotsTaken ' +
  'ServiceEvent SetThreadContext SnapshotFileOpen SuspectStack SuspiciousCredentialModuleLoad SuspiciousDnsRequest ' +
  'SuspiciousRawDiskRead UnsignedModuleLoad UserMemoryAllocateExecutable UserMemoryProtectExecutable';
const FEWER_SENSORS_COUNT =
  'ArchiveFileWritten CLICreation DocumentFileWritten ExeAndService NetworkCapableAsepWrite RemovableDiskFileWritten ' +
  'ScriptEngineInvocation SuspiciousFontLoad UserMemoryAllocateExecutableRemote UserMemoryProtectExecutableRemote';
const BUSY_COUNTERS = new Set([
  'CreateProcess',
  'DnsRequest',
  'DirectoryEnumerated',
  'FileDeleted',
  'NetworkClose',
  'GenericFileWritten',
]);

function counters(names: string): Fields {
  return Object.fromEntries(
    names.split(' ').map((name) => [`${name}Count`, BUSY_COUNTERS.has(name) ? v.mostly('0', 4, '1', '2', '3', '7', '19') : '0']),
  );
}

const UNIX_IDS: Fields = {
  UID: (s) => s.target.user.uid,
  RUID: (s) => s.target.user.uid,
  SVUID: (s) => s.target.user.uid,
  GID: (s) => (s.target.user.uid === '0' ? '0' : '20'),
  RGID: (s) => (s.target.user.uid === '0' ? '0' : '20'),
  SVGID: (s) => (s.target.user.uid === '0' ? '0' : '20'),
  ProcessGroupId: (s) => s.target.parentId,
  SessionProcessId: (s) => s.target.treeId,
};

const IDENTITY: Fields = {
  TargetProcessId: v.targetId,
  ParentProcessId: (s) => s.target.parentId,
  RawProcessId: (s) => s.target.pid,
  ProcessStartTime: targetStart,
  SHA256HashData: (s) => s.target.program.sha256,
};
const STARTED: Fields = {
  ...IDENTITY,
  SourceProcessId: (s) => s.target.parentId,
  SourceThreadId: v.sometimes(2, v.integer(10_000_000, 4_000_000_000_000)),
  ProcessEndTime: '',
  ImageFileName: targetImage,
  CommandLine: (s) => s.target.commandLine,
  MD5HashData: (s) => s.target.program.md5,
  SHA1HashData: v.NO_SHA1,
};

const integrity = (s: Scene): string =>
  s.target.user === s.host.system ? '16384' : s.target.user.isAdmin === '1' ? '12288' : '8192';
/** From this day on the host's name stands on the event itself. */
const NAMED_FROM_MS = Date.UTC(2026, 3, 9);

function startProcess(s: Scene): boolean {
  s.target = s.host.processes.start(s.eventMs, s.random);
  s.eventMs = s.target.startMs;
  return true;
}

function endProcess(s: Scene): boolean {
  const ended = s.host.processes.end(s.random);
  if (ended === undefined) return false;
  s.target = ended;
  s.process = ended;
  s.eventMs = Math.max(s.eventMs, ended.startMs + 3);
  return true;
}

export const PROCESS_ROLLUP: EventType = {
  type: 'ProcessRollup2',
  versions: { Win: 19, Mac: 8, Lin: 14 },
  share: { Win: 2600, Mac: 2500, Lin: 2600 },
  act: startProcess,
  fields: {
    ...STARTED,
    ParentBaseFileName: (s) => s.target.parentFile,
    TreeId: (s) => s.target.treeId,
    Tags: v.oneOf(
      '25, 27, 41, 12094627905582, 12094627906234',
      '27, 40, 151, 874, 12094627905582',
      '41, 53, 54, 55, 185, 862, 874',
      '27, 874',
    ),
    ComputerName: (s) => (s.cloudMs >= NAMED_FROM_MS ? v.hostName(s) : undefined),
    UserName: (s) => s.target.user.name,
    LocalAddressIP4: v.sometimes(4, v.localIp4),
  },
  win: {
    UserSid: (s) => s.target.user.sid,
    AuthenticationId: (s) => s.target.user.authenticationId,
    ParentAuthenticationId: v.sometimes(2, (s) => s.target.parentUser.authenticationId),
    AuthenticodeHashData: v.sometimes(2, (s) => s.target.program.authenticode),
    GrandParentBaseFileName: v.sometimes(5, (s) => s.target.grandparentFile),
    ImageSubsystem: (s) => s.target.program.subsystem,
    IntegrityLevel: integrity,
    SessionId: (s) => (s.target.user === s.host.system ? '0' : '1'),
    TokenType: v.oneOf('1', '1', '2'),
    CreateProcessType: v.sometimes(2, v.mostly('1', 6, '0', '3', '4')),
    ProcessCreateFlags: v.oneOf('1024', '525332', '67634196', '134742044', '4'),
    ProcessParameterFlags: v.oneOf('24577', '24585', '16385'),
    ProcessSxsFlags: v.mostly('64', 8, '0', '1600'),
    WindowFlags: v.oneOf('0', '128', '1', '257'),
    ShowWindowFlags: v.sometimes(8, v.oneOf('0', '1', '10')),
    SignInfoFlags: (s) => s.target.program.signInfoFlags,
    OriginalFilename: v.sometimes(8, (s) => s.target.program.file),
    RpcClientProcessId: v.sometimes(8, (s) => s.target.parentId),
    CallStackModuleNamesVersion: v.sometimes(12, '8'),
    CallStackModuleNames: v.sometimes(
      12,
      v.text(
        '0<-1>\\Device\\HarddiskVolume3\\Windows\\System32\\ntdll.dll+0x{x5}:0x{x6}:0x{x8}|1+0x{x5}:0x{x6}|\\Device\\HarddiskVolume3\\Windows\\System32\\KernelBase.dll+0x{x5}:0x{x6}:0x{x8}|2+0x{x5}',
      ),
    ),
    WindowTitle: v.sometimes(20, targetImage),
    LinkName: v.sometimes(40, v.text('C:\\Users\\Public\\Desktop\\{word}.lnk')),
    Desktop: v.sometimes(20, 'Winsta0\\\\Default'),
    WindowStation: v.sometimes(20, 'Winsta0'),
  },
  mac: {
    ...UNIX_IDS,
    MachOSubType: '1',
    CodeSigningFlags: v.oneOf('570506001', '570509313', '0'),
    SigningId: v.sometimes(2, v.text('com.{word}.{word}')),
    TeamId: v.sometimes(3, v.text('{x10}')),
    EnvironmentVariablesString: v.sometimes(
      10,
      v.text('HOME=/Users/Shared;LANG=de_CH.UTF-8;XPC_FLAGS=0x0;PATH=/usr/bin:/bin:/opt/{word}/bin'),
    ),
    CsaProcessDataCollectionInstanceId: '0',
  },
  lin: {
    ...UNIX_IDS,
    NDRoot: v.oneOf('1', '4611686018427387904'),
    RootPath: '/',
    CapPrm: (s) => (s.target.user.uid === '0' ? '2199023255551' : '0'),
    OciContainerId: v.sometimes(4, v.hex(64)),
  },
};

/** A process that already ran when the sensor started: the rundown that opens a host's telemetry. */
export const RUNDOWN: EventType = {
  type: 'SyntheticProcessRollup2',
  versions: { Win: 11, Mac: 3, Lin: 6 },
  share: 0,
  fields: { ...STARTED, ContextTimeStamp: v.eventTime, SyntheticPR2Flags: '0' },
  win: { UserSid: (s) => s.target.user.sid, AuthenticationId: (s) => s.target.user.authenticationId, IntegrityLevel: integrity },
  mac: UNIX_IDS,
  lin: { ...UNIX_IDS, CapPrm: '2199023255551' },
};

const ENDED: Fields = {
  ...IDENTITY,
  ...v.BY_PROCESS,
  ContextThreadId: '0',
  ContextData: '',
  ExitCode: v.mostly('0', 6, '1', '2', '255', '259', '3221225786', '4294967295'),
  UserTime: v.integer(0, 9_000_000),
  KernelTime: v.integer(0, 9_000_000),
  ConHostProcessId: '0',
  ConHostId: '0',
  MaxThreadCount: v.integer(1, 60),
  NetworkConnectCount: v.mostly('0', 3, '1', '2', '5', '12'),
  NetworkConnectCountUdp: '0',
};

const TYPES: readonly EventType[] = [
  PROCESS_ROLLUP,
  {
    type: 'EndOfProcess',
    versions: { Win: 15, Mac: 15, Lin: 12 },
    share: { Win: 2400, Mac: 2300, Lin: 2400 },
    act: endProcess,
    fields: { ...ENDED, ...counters(COUNTERS) },
    win: {
      CycleTime: v.integer(1_000_000, 4_000_000_000),
      AllocateVirtualMemoryCount: v.mostly('0', 5, '14', '230'),
      ModuleLoadCount: v.integer(8, 190),
      ProcessBehaviorBitfield: v.mostly('0', 10, '8', '576460752303423488'),
      ImageSubsystem: (s) => s.target.program.subsystem,
      UserSid: (s) => s.target.user.sid,
      UserName: v.sometimes(3, (s) => s.target.user.name),
    },
    mac: { LocalAddressIP4: v.localIp4, ...counters(FEWER_SENSORS_COUNT) },
    lin: counters(FEWER_SENSORS_COUNT),
  },
  {
    type: 'ProcessRollup2Stats',
    versions: { Mac: 3, Lin: 3 },
    share: { Mac: 160, Lin: 220 },
    fields: {
      CommandLine: v.commandLine,
      ParentProcessId: (s) => s.process.parentId,
      SHA256HashData: v.imageSha256,
      UID: (s) => s.process.user.uid,
      ProcessCount: v.integer(2, 900),
      BoundedCount: '0',
      SuppressType: v.oneOf('1', '4'),
      Timeout: '600',
    },
  },
  {
    type: 'SyntheticPR2Stats',
    versions: { Mac: 1 },
    share: 10,
    fields: {
      ...v.BY_USER,
      ImageFileName: v.image,
      ProcessCount: v.integer(1, 40),
      RootExclusionProcessId: v.contextId,
      SyntheticPR2Flags: '8',
      Timeout: '600',
      UID: '501',
    },
  },
];
export default TYPES;
