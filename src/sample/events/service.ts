/** Windows services and scheduled tasks, BITS, WMI, MSI: work that Windows does on request. */
import type { EventType, Fields } from '../event.js';
import { jsonTextForHtml } from '../json-text.js';
import * as v from '../values.js';

const SERVICE: Fields = {
  ...v.BY_RPC,
  AuthenticationId: v.authenticationId,
  ContextTimeStamp: v.eventTime,
  ImageFileName: v.image,
  ServiceDisplayName: v.word,
  TargetProcessId: v.targetId,
  TokenType: '1',
  UserName: v.userName,
};
const TASK: Fields = {
  ...v.BY_RPC,
  ...v.BY_PROCESS,
  AuthenticationId: v.authenticationId,
  TaskName: v.text('\\{word}\\{word} {d2}'),
  TokenType: '1',
  UserName: v.userName,
};
const taskXml = v.text(
  '<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n  <RegistrationInfo><Author>CORP\\{word}</Author><URI>\\{word}</URI></RegistrationInfo>\r\n' +
    '  <Triggers><TimeTrigger><Repetition><Interval>PT1H</Interval></Repetition><StartBoundary>2026-01-0{d1}T03:00:00</StartBoundary></TimeTrigger></Triggers>\r\n' +
    '  <Principals><Principal id="Author"><RunLevel>HighestAvailable</RunLevel></Principal></Principals>\r\n  <Actions Context="Author"><Exec><Command>C:\\Tools\\{word}.exe</Command><Arguments>--mode={word} &amp; exit</Arguments></Exec></Actions>\r\n</Task>',
  jsonTextForHtml,
);
const TASK_ACTION: Fields = {
  ...TASK,
  TaskAuthor: v.text('CORP\\{word}'),
  TaskExecArguments: v.mostly('', 3, '/quiet /norestart'),
  TaskExecCommand: v.text('C:\\Tools\\{word}.exe'),
  TaskXml: taskXml,
};

const TYPES: readonly EventType[] = [
  {
    type: 'ServiceStarted',
    versions: { Win: 2 },
    share: 12,
    fields: { ...SERVICE, CommandLine: v.commandLine, ComputerName: v.hostName, LocalAddressIP4: v.localIp4 },
  },
  {
    type: 'ServiceStopped',
    versions: { Win: 2 },
    share: 8,
    fields: {
      ClientProcessStartKey: v.integer(1_000_000, 9_000_000_000),
      CommandLine: v.commandLine,
      ComputerName: v.hostName,
      ContextTimeStamp: v.eventTime,
      EtwRawProcessId: (s) => s.process.pid,
      EtwRawRpcClientProcessId: (s) => s.process.pid,
      ImageFileName: v.image,
      IsHosted: '0',
      ServiceDisplayName: v.word,
      SourceProcessId: v.contextId,
      TargetProcessId: v.targetId,
    },
  },
  {
    type: 'HostedServiceStarted',
    versions: { Win: 2 },
    share: 15,
    fields: { ...SERVICE, TargetThreadId: v.integer(10_000_000, 4_000_000_000) },
  },
  {
    type: 'HostedServiceStopped',
    versions: { Win: 1 },
    share: 12,
    fields: {
      ContextTimeStamp: v.eventTime,
      ServiceDisplayName: v.word,
      TargetProcessId: v.targetId,
      TargetThreadId: v.integer(10_000_000, 4_000_000_000),
    },
  },
  {
    type: 'ServicesStatusInfo',
    versions: { Win: 1 },
    share: 4,
    fields: {
      ComputerName: v.hostName,
      ErrorCode: '0',
      LocalAddressIP4: v.localIp4,
      ServiceCurrentState: v.oneOf('4', '1'),
      ServiceDisplayName: v.word,
    },
  },
  {
    type: 'ModifyServiceBinary',
    versions: { Win: 1 },
    share: 3,
    fields: {
      ...v.BY_THREAD,
      ServiceDescription: v.word,
      ServiceDisplayName: v.word,
      ServiceErrorControl: '1',
      ServiceFailureActions: '0',
      ServiceImagePath: v.text('C:\\Windows\\Temp\\{x8}.exe'),
      ServiceSecurity: '',
      ServiceStart: '2',
      ServiceType: '16',
    },
  },
  { type: 'ScheduledTaskRegistered', versions: { Win: 2 }, share: 8, fields: TASK_ACTION },
  { type: 'ScheduledTaskModified', versions: { Win: 2 }, share: 10, fields: TASK_ACTION },
  { type: 'ScheduledTaskDeleted', versions: { Win: 1 }, share: 4, fields: TASK },
  {
    type: 'BITSJobCreated',
    versions: { Win: 1 },
    share: 3,
    fields: {
      ...v.BY_RPC,
      ...v.BY_THREAD,
      AuthenticationId: v.authenticationId,
      TargetFileName: v.programFile,
      TokenType: '1',
      UserName: v.userName,
    },
  },
  {
    type: 'WmiProviderRegistrationEtw',
    versions: { Win: 2 },
    share: 8,
    fields: {
      ...v.BY_PROCESS,
      ClientComputerName: v.hostName,
      CommandLine: v.commandLine,
      EtwRawProcessId: (s) => s.process.pid,
      ImageFileName: v.image,
      PatternId: '10240',
      PerformanceCounter: v.integer(1_000_000, 90_000_000_000),
      ProcessStartTime: v.earlier(3_600_000),
      UserName: v.userName,
      WmiProviderName: 'CIMWin32',
      WmiProviderType: '1',
    },
  },
  {
    type: 'SensitiveWmiQuery',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ClientComputerName: v.hostName,
      ContextProcessId: v.contextId,
      UserName: v.userName,
      WmiNamespaceName: 'root\\\\SecurityCenter2',
      WmiQuery: 'SELECT * FROM AntiVirusProduct WHERE displayName \\u003d \\u0027x\\u0027',
    },
  },
  {
    type: 'MsiTransactionExecuted',
    versions: { Win: 2 },
    share: 3,
    fields: {
      ContextProcessId: v.contextId,
      LocalAddressIP4: v.localIp4,
      MsiProductCode: v.text('{{guid}}'),
      MsiTransactionEndTimeStamp: v.eventTime,
      MsiTransactionStartTimeStamp: v.earlier(90_000),
      MsiTransactionType: '1',
      ProductLanguage: '1033',
      ProductManufacturer: (s) => s.process.program.company,
      ProductName: v.word,
      ProductVersion: (s) => s.process.program.version,
      Status: '0',
      TargetFileName: v.userFile('msi'),
    },
  },
];
export default TYPES;
