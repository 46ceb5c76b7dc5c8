/** What processes were told to do and by whom: commands, terminals, other users, terminations. */
import type { EventType } from '../event.js';
import * as v from '../values.js';

const TYPES: readonly EventType[] = [
  {
    type: 'TerminateProcess',
    versions: { Win: 3, Mac: 1, Lin: 2 },
    share: 6,
    fields: { ...v.BY_THREAD, TargetProcessId: v.targetId, RawProcessId: (s) => s.target.pid },
  },
  {
    type: 'CommandHistory',
    versions: { Win: 4 },
    share: 6,
    fields: {
      ApplicationName: 'cmd.exe',
      CommandCount: '5',
      CommandCountMax: '50',
      CommandHistory: v.text('cd C:\\Tools\\{word}¶dir /s *.{word}¶ping {ip}¶type {word}.txt | findstr "naïve"¶exit'),
      FirstCommand: '0',
      LastAdded: '4',
      LastDisplayed: '4',
      TargetProcessId: v.targetId,
    },
  },
  {
    type: 'ProcessSelfDeleted',
    versions: { Win: 1, Lin: 1 },
    share: 1,
    fields: {
      ...v.BY_PROCESS,
      FileIdentifier: v.fileIdentifier,
      ImageFileName: v.image,
      SHA256HashData: v.imageSha256,
      SourceProcessId: v.contextId,
      TargetProcessId: v.targetId,
    },
  },
  {
    type: 'WmiCreateProcess',
    versions: { Win: 2 },
    share: 4,
    fields: {
      AuthenticationId: v.authenticationId,
      BoundingLimitCount: '0',
      BoundingLimitDuration: '0',
      CommandLine: v.commandLine,
      ContextTimeStamp: v.eventTime,
      ImageFileName: v.image,
      RpcClientProcessId: v.contextId,
      RpcClientThreadId: '0',
      TargetProcessId: v.targetId,
      TokenType: '1',
      UserName: v.userName,
    },
  },
  {
    type: 'CreateProcessArgs',
    versions: { Mac: 1 },
    share: 15,
    envelope: 'sensor-no-origin',
    fields: { ...v.BY_THREAD, CommandLine: v.commandLine, TargetFileName: v.image },
  },
  {
    type: 'PtyCreated',
    versions: { Mac: 1 },
    share: 10,
    fields: { ...v.BY_THREAD, CommandLine: v.commandLine, DeviceId: v.integer(1, 40), ImageFileName: v.image },
  },
  {
    type: 'ProcessAncestryInformation',
    versions: { Mac: 2 },
    share: 20,
    fields: {
      ...v.BY_USER,
      BaseFileName: v.imageFile,
      GrandParentBaseFileName: (s) => s.process.parentFile,
      GreatGrandParentBaseFileName: 'launchd',
      SHA256HashData: v.imageSha256,
      ParentSHA256HashData: v.fileSha256,
      GrandparentSHA256HashData: v.fileSha256,
    },
  },
  {
    type: 'ProcessSubstituteUser',
    versions: { Mac: 1 },
    share: 4,
    fields: {
      ...v.BY_PROCESS,
      ...v.BY_USER,
      CommandLine: 'sudo -s',
      EnvironmentVariablesString: '',
      ExecutionShell: '/bin/zsh',
      NewUserID: '0',
      NewUsername: 'root',
      OriginalUserID: (s) => s.process.user.uid,
      OriginalUserName: v.userName,
    },
  },
];
export default TYPES;
