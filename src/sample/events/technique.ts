/** Single events of attack techniques: injected threads, handles, impersonation, screenshots, hooks. */
import type { EventType, Fields } from '../event.js';
import * as v from '../values.js';
import { ACTOR, PATTERN } from './detection.js';

const INJECTION: Fields = {
  ...v.BY_THREAD,
  InjectedThreadFlag: '0',
  RawProcessId: (s) => s.process.pid,
  RawThreadId: v.integer(4, 20_000),
  TargetProcessId: v.targetId,
  TargetThreadId: v.integer(10_000_000, 4_000_000_000),
  ThreadStartAddress: v.text('14073{d10}'),
  ThreadStartContext: '18446744073709551615',
};
const HANDLE: Fields = {
  ...v.BY_THREAD,
  DesiredAccess: v.oneOf('2097151', '5136', '4112'),
  HandleCreated: '1',
  TargetProcessId: v.targetId,
};
const ETW: Fields = {
  ContextProcessId: v.contextId,
  ContextTimeStamp: v.eventTime,
  RawProcessId: (s) => s.process.pid,
  RawThreadId: v.integer(4, 20_000),
};

const TYPES: readonly EventType[] = [
  {
    type: 'InjectedThread',
    versions: { Win: 1 },
    share: 3,
    fields: {
      ...INJECTION,
      SourceThreadStartAddress: '0',
      TargetThreadModule: '\\\\Device\\\\HarddiskVolume3\\\\Windows\\\\System32\\\\ntdll.dll',
      UserThread: '1',
    },
  },
  {
    type: 'BrowserInjectedThread',
    versions: { Win: 1 },
    share: 1,
    fields: { ...INJECTION, SourceThreadStartAddress: '0', UserThread: '1' },
  },
  { type: 'DllInjection', versions: { Win: 1 }, share: 1, fields: { ...INJECTION, InjectedDll: v.userFile('dll') } },
  {
    type: 'LsassHandleFromUnsignedModule',
    versions: { Win: 1 },
    share: 1,
    fields: {
      ...HANDLE,
      Certificate: '',
      ExtendedKeyUsages: '0',
      FileSigningTime: '0.000',
      ImageFileName: v.image,
      Object1Name: 'lsass.exe',
      Object1Type: '0',
      PublicKeys: '0',
      SHA256HashData: v.imageSha256,
      SignInfoFlags: '512',
      Status: '0',
    },
  },
  {
    type: 'SuspiciousPrivilegedProcessHandle',
    versions: { Win: 2 },
    share: 2,
    fields: {
      ...HANDLE,
      AuthenticationId: v.authenticationId,
      ComputerName: v.hostName,
      IntegrityLevel: '8192',
      SuspiciousHandleOpenReason: '1',
      TargetAuthenticationId: '999',
      TargetIntegrityLevel: '16384',
    },
  },
  {
    type: 'SuspiciousCreateSymbolicLink',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...ACTOR,
      ...PATTERN,
      ...v.BY_PROCESS,
      DesiredAccess: '1',
      Status: '0',
      SymbolicLinkName: '\\\\??\\\\C:\\\\Temp\\\\link',
      SymbolicLinkTarget: '\\\\RPC Control\\\\target',
    },
  },
  {
    type: 'TokenImpersonated',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...PATTERN,
      ContextProcessId: v.contextId,
      ImpersonatedUserName: 'SYSTEM',
      OriginalParentAuthenticationId: '999',
      OriginalUserName: v.userName,
      OriginalUserSid: v.userSid,
      ParentAuthenticationId: '999',
    },
  },
  {
    type: 'ScreenshotTakenEtw',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...ETW,
      ...ACTOR,
      PerformanceCounter: v.integer(1_000_000, 90_000_000_000),
      ProcessStartKey: v.integer(1_000_000, 90_000_000_000),
      ScreenshotType: '1',
      UserName: v.userName,
    },
  },
  {
    type: 'SetWinEventHookEtw',
    versions: { Win: 1 },
    share: 5,
    envelope: 'sensor-no-origin',
    fields: {
      ...ETW,
      BoundingLimitCount: '0',
      EtwRawProcessId: (s) => s.process.pid,
      EtwRawThreadId: v.integer(4, 20_000),
      EventMax: '32779',
      EventMin: '32768',
      Flags: '2',
      SourceProcessId: v.contextId,
      SourceThreadId: '0',
    },
  },
  {
    type: 'UserFontLoad',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...v.BY_THREAD,
      BoundingLimitCount: '0',
      BoundingLimitDuration: '0',
      FontBuffer: '0',
      FontBufferLength: '0',
      FontFileCount: '1',
      FontFileName: v.userFile('ttf'),
      FontLoadOperation: '1',
    },
  },
  {
    type: 'UserExceptionDEP',
    versions: { Win: 1 },
    share: 1,
    fields: {
      ...v.BY_THREAD,
      BoundingLimitCount: '0',
      BoundingLimitDuration: '0',
      ExceptionAddress: v.integer(1_000_000, 90_000_000),
      ExceptionCode: '3221225477',
      ExceptionInformation0: '8',
      FullContext: v.hex(80),
      FullExceptionRecord: v.hex(80),
    },
  },
];
export default TYPES;
