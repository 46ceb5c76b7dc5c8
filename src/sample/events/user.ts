/** People and accounts: sign-ins, sessions, accounts made and changed. */
import type { EventType, Fields } from '../event.js';
import type { Scene } from '../scene.js';
import { epochSeconds } from '../time.js';
import * as v from '../values.js';

const logonTime = (s: Scene): string => epochSeconds(s.process.user.logonMs);
const logonType = v.oneOf('2', '3', '3', '5', '7', '10', '11');
const ACCOUNT: Fields = { UserName: v.userName, UserPrincipal: (s) => s.process.user.principal };
const WINDOWS_LOGON: Fields = {
  UserSid: v.userSid,
  AuthenticationId: v.authenticationId,
  AuthenticationPackage: v.oneOf('Kerberos', 'NTLM', 'Negotiate'),
  LogonDomain: (s) => s.process.user.domain,
  LogonServer: v.oneOf('DC01', 'DC02', ''),
  RemoteAccount: v.oneOf('0', '1'),
  UserFlags: v.oneOf('0', '32768', '16384'),
  UserLogonFlags: v.oneOf('0', '2', '4', '6'),
  PasswordLastSet: v.mostly('1767225600.000', 6, '0.000', ''),
  UserIsAdmin: (s) => s.process.user.isAdmin,
};
const RID: Fields = { ...v.BY_RPC, ContextTimeStamp: v.eventTime };

const TYPES: readonly EventType[] = [
  {
    type: 'UserLogon',
    versions: { Win: 8, Mac: 3, Lin: 3 },
    share: 40,
    fields: { ...v.BY_THREAD, ...ACCOUNT, LogonType: logonType, LogonTime: v.eventTime },
    win: {
      ...WINDOWS_LOGON,
      ClientComputerName: v.mostly('', 3, 'LON-WS-0042', 'ZRH-WS-0007'),
      EnabledPrivilegesBitmask: '8388608',
      PrivilegesBitmask: '34368127100',
      UserGroupsBitmask: '69',
    },
  },
  {
    type: 'UserLogoff',
    versions: { Win: 3, Mac: 2 },
    share: 20,
    fields: {
      ...ACCOUNT,
      LogonType: logonType,
      LogonTime: logonTime,
      LogoffTime: v.eventTime,
      UserLogoffType: v.sometimes(2, '1'),
    },
    win: WINDOWS_LOGON,
  },
  {
    type: 'UserLogonFailed2',
    versions: { Win: 2, Mac: 1, Lin: 1 },
    share: 15,
    fields: {
      ...v.BY_THREAD,
      ClientComputerName: v.oneOf('-', 'LON-WS-0042', ''),
      LogonDomain: v.oneOf('CORP', '-', ''),
      LogonType: logonType,
      RemoteAddressIP4: v.sometimes(2, v.remoteIp4),
      Status: '3221225581',
      SubStatus: v.oneOf('3221225572', '3221225578', '0'),
      UserName: v.oneOf('administrator', 'root', 'test', 'oracle', 'svc-backup'),
    },
    win: {
      EtwRawProcessId: (s) => s.process.pid,
      EtwRawThreadId: v.integer(4, 20_000),
      RawProcessId: (s) => s.process.pid,
      TargetProcessId: v.targetId,
    },
  },
  {
    type: 'UserLogonFailed',
    versions: { Win: 1 },
    share: 2,
    fields: {
      ...v.BY_THREAD,
      LogonTime: v.eventTime,
      PasswordLastSet: '',
      TreeId: (s) => s.process.treeId,
      UserLogonFlags: '16',
      UserName: 'guest',
      UserSid: 'S-1-0-0',
    },
  },
  {
    type: 'UserIdentity',
    versions: { Win: 2, Mac: 4, Lin: 2 },
    share: 60,
    fields: { ContextProcessId: v.contextId, ContextThreadId: '0', ...ACCOUNT, LogonTime: logonTime },
    win: {
      ...WINDOWS_LOGON,
      LogonType: logonType,
      SessionId: '1',
      UserCanonical: '',
      LogonId: v.sometimes(3, v.authenticationId),
    },
    mac: {
      UID: (s) => s.process.user.uid,
      AuthenticationUuid: v.uuid,
      AuthenticationUuidAsString: v.uuid,
      LoginSessionId: '100009',
      ResendToCloud: '0',
    },
    lin: { UID: (s) => s.process.user.uid },
  },
  {
    type: 'GroupIdentity',
    versions: { Mac: 3 },
    share: 20,
    fields: {
      ...v.BY_USER,
      AuthenticationId: '0',
      AuthenticationUuid: v.uuid,
      AuthenticationUuidAsString: v.uuid,
      GID: '20',
      ResendToCloud: '0',
      UserSid: '',
    },
  },
  {
    type: 'UserAccountCreated',
    versions: { Win: 1, Lin: 1 },
    share: 3,
    fields: {
      ContextTimeStamp: v.eventTime,
      InterfaceGuid: v.uuid,
      InterfaceVersion: '1',
      RpcNestingLevel: '0',
      RpcOpNum: '50',
      UserName: v.text('svc-{word}'),
      UserRid: v.integer(1100, 9000),
    },
  },
  {
    type: 'UserAccountDeleted',
    versions: { Win: 1, Lin: 1 },
    share: 3,
    fields: { ...RID, UserName: v.text('svc-{word}'), UserRid: v.integer(1100, 9000) },
  },
  {
    type: 'UserAccountAddedToGroup',
    versions: { Win: 2, Lin: 1 },
    share: 3,
    fields: { ...RID, DomainSid: 'S-1-5-21-1004336348-1177238915-682003330', GroupRid: '00000220', UserRid: '0000044F' },
  },
  { type: 'LocalWindowsUserUpdate', versions: { Win: 1 }, share: 3, fields: { LocalAddressIP4: v.localIp4 } },
  {
    type: 'ActiveDirectoryAuthentication',
    versions: { Win: 6 },
    share: 6,
    envelope: 'cloud',
    fields: {
      ActiveDirectoryAuthenticationMethod: v.oneOf('0', '2', '1'),
      ActivityId: v.uuid,
      AuthenticationActivityId: v.uuid,
      ContextTimeStamp: v.eventTime,
      SourceAccountDomain: 'CORP.EXAMPLE',
      SourceAccountObjectGuid: v.uuid,
      SourceAccountObjectSid: v.userSid,
      SourceAccountSamAccountName: v.userName,
      SourceEndpointAccountObjectGuid: v.uuid,
      SourceEndpointAccountObjectSid: v.userSid,
      SourceEndpointAddressIP4: v.localIp4,
      SourceEndpointHostName: v.hostName,
      SourceEndpointNetworkTag: 'office',
      SourceEndpointNetworkType: '1',
      TargetDomainControllerObjectGuid: v.uuid,
      TargetDomainControllerObjectSid: 'S-1-5-21-1004336348-1177238915-682003330-1001',
    },
  },
];
export default TYPES;
