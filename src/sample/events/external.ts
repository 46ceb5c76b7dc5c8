/** The streaming API's events, which lie in the same files: typed values, lists, objects. */
import type { EventType, Fields, Value } from '../event.js';
import { jsonText } from '../json-text.js';
import type { Scene } from '../scene.js';
import { isoTime } from '../time.js';
import * as v from '../values.js';

type Maker = Exclude<Value, string>;
export const strings = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? `"${value}"` : (s: Scene) => `"${value(s)}"`]),
  );
const pairs = (entries: Fields): Maker => {
  return (s) =>
    `[${Object.entries(entries).map(([key, value]) => `{"Key":"${key}","ValueString":"${typeof value === 'string' ? value : value(s)}"}`)}]`;
};

/** Ids beyond 2^53 as bare numbers: what a JSON parser with doubles corrupts. */
const bareId = (s: Scene): string => `17193${s.random.between(10_000_000, 99_999_999)}${s.random.between(100_000, 999_999)}`;
const utcMs = (s: Scene): string => String(s.eventMs);
const utcSeconds = (s: Scene): string => String(Math.floor(s.eventMs / 1000));
export const cid = (s: Scene): string => s.cid;
export const aid = (s: Scene): string => s.host.aid;
const flag = v.oneOf('true', 'false', 'false');
const analyst = v.oneOf('amelia.hart@corp.example', 'jürgen.müller@corp.example', 'api-client:8f1c');

function external(type: string, share: number, fields: Fields): EventType {
  return {
    type,
    versions: { Win: 1, Mac: 1, Lin: 1 },
    share,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({ EventType: 'Event_ExternalApiEvent', ExternalApiType: type, cid, timestamp: (s) => isoTime(s.cloudMs) }),
      UTCTimestamp: utcMs,
      eid: v.integer(100, 900),
      Nonce: v.integer(1, 2_000_000_000),
      ...strings({ CustomerIdString: cid, AgentIdString: aid }),
      ...fields,
    },
  };
}

const DISPOSITIONS =
  'Indicator Detect InddetMask SensorOnly Rooting KillProcess KillSubProcess QuarantineMachine QuarantineFile PolicyDisabled KillParent OperationBlocked ProcessBlocked RegistryOperationBlocked FsOperationBlocked'.split(
    ' ',
  );
const dispositionFlags: Maker = (s) => `{${DISPOSITIONS.map((name) => `"${name}":${s.random.below(6) === 0}`).join(',')}}`;

const DETECTED: Fields = {
  ...strings({
    CommandLine: v.commandLine,
    FalconHostLink: (s) =>
      `https://falcon.crowdstrike.com/activity-v2/detections/${s.host.aid}:${s.sequence}?_cid\\u003d${s.cid}`,
    FileName: v.imageFile,
    FilePath: v.image,
    LocalIP: v.localIp4,
    MACAddress: (s) => s.host.mac,
    MD5String: (s) => s.process.program.md5,
    SHA1String: v.NO_SHA1,
    SHA256String: v.imageSha256,
    Objective: 'Follow Through',
    ParentCommandLine: 'C:\\\\WINDOWS\\\\Explorer.EXE',
    ParentImageFileName: (s) => s.process.parentFile,
    PatternDispositionDescription: v.oneOf('Detection, standard detection.', 'Prevention, process was blocked from execution.'),
    Tactic: v.oneOf('Execution', 'Credential Access'),
    Technique: v.oneOf('PowerShell', 'OS Credential Dumping'),
    UserName: v.userName,
  }),
  ProcessId: bareId,
  ParentProcessId: bareId,
  ProcessStartTime: utcSeconds,
  ProcessEndTime: v.oneOf('0', '1772409600'),
  PatternDispositionValue: v.oneOf('0', '272', '1024', '2048', '2052', '2304'),
  PatternDispositionFlags: dispositionFlags,
};
const filesWritten: Maker = (s) =>
  s.random.below(3) === 0
    ? '[]'
    : `[{"FileName":"${v.word(s)}.exe","FilePath":"${v.programFile(s)}","Timestamp":${Math.floor(s.eventMs / 1000)}},{"FileName":"résumé.docx","FilePath":"${v.programFile(s)}","Timestamp":${Math.floor(s.eventMs / 1000)}}]`;

const SIGNATURE_FLAGS =
  'CatalogSigned EmbeddedSigned FailedCertCheck HasValidSignature InvalidSignChain MicrosoftSigned NoCodeKeyUsage NoEmbeddedCert NoSignature SelfSigned SignHashMismatch ThirdPartyRoot UnknownError'.split(
    ' ',
  );
const subject = jsonText('CN=Contoso Ltd., O="Contoso, Ltd.", L=Zürich, C=CH');

const AUDIT: Fields = {
  ...strings({
    OperationName: v.oneOf('detection_update', 'quarantined_file_update', 'update_policy'),
    ServiceName: v.oneOf('detections', 'quarantined_files', 'prevention_policy'),
    UserId: analyst,
    UserIp: v.remoteIp4,
  }),
  UTCTimestamp: utcSeconds,
};

const TYPES: readonly EventType[] = [
  external('Event_ModuleSummaryInfoEvent', 40, {
    ...strings({
      AuthenticodeHashData: v.fileSha256,
      AuthorityKeyIdentifier: v.hex(40),
      IssuerCN: 'DigiCert Trusted G4 Code Signing RSA4096 SHA384 2021 CA1',
      IssuerDN: 'C\\u003dUS, O\\u003dDigiCert, Inc.',
      SHA256HashData: v.fileSha256,
      SignatureDigestAlg: 'SHA256',
      SignatureDigestEncryptAlg: 'RSA',
      SubjectCN: 'Contoso Ltd.',
      SubjectCertThumbprint: v.hex(40),
      SubjectCertValidFrom: '2024-01-15T00:00:00Z',
      SubjectCertValidTo: '2027-01-14T23:59:59Z',
      SubjectDN: subject,
      SubjectKeyIdentifier: v.hex(40),
      SubjectSerialNumber: v.hex(32),
      SubjectVersion: '3',
    }),
    AuthenticodeMatch: flag,
    Nonce: (s) => `31003${s.random.between(10_000_000, 99_999_999)}${s.random.between(100_000, 999_999)}`,
    ...Object.fromEntries(SIGNATURE_FLAGS.map((name) => [`SignInfoFlag${name}`, flag])),
  }),
  external('Event_DetectionSummaryEvent', 4, {
    ...DETECTED,
    ...strings({
      AssociatedFile: v.image,
      ComputerName: v.hostName,
      DetectDescription: 'A process wrote a file known to be malicious.',
      DetectId: (s) => `ldt:${s.host.aid}:${s.sequence}`,
      DetectName: 'Known Malware',
      EventUUID: v.hex(32),
      GrandparentCommandLine: '',
      GrandparentImageFileName: (s) => s.process.grandparentFile,
      HostGroups: v.hex(32),
      IOCType: 'hash_sha256',
      IOCValue: v.imageSha256,
      MachineDomain: (s) => s.host.domain,
      OriginSourceIpAddress: '',
      SensorId: aid,
      SeverityName: 'High',
      Tags: '',
    }),
    Severity: '4',
  }),
  external('Event_EppDetectionSummaryEvent', 5, {
    ...DETECTED,
    ...strings({
      AgentId: aid,
      AggregateId: (s) => `aggind:${s.host.aid}:${s.sequence}`,
      CompositeId: (s) => `${s.cid}:ind:${s.host.aid}:${s.sequence}`,
      DataDomains: 'Endpoint',
      Description: 'PowerShell ran an encoded command.',
      GrandParentCommandLine: '',
      GrandParentImageFileName: (s) => s.process.grandparentFile,
      GrandParentImageFilePath: '',
      HostGroups: '',
      Hostname: v.hostName,
      LocalIPv6: (s) => s.host.ip6,
      LogonDomain: (s) => s.host.domain,
      Name: 'SuspiciousScript',
      ParentImageFilePath: '',
      SeverityName: 'Medium',
      SourceProducts: 'Falcon Insight',
      SourceVendors: 'CrowdStrike',
      Type: 'ldt',
    }),
    FilesWritten: filesWritten,
    PatternId: v.integer(10_000, 11_000),
    Severity: v.oneOf('30', '50', '70', '90'),
  }),
  external('Event_UserActivityAuditEvent', 8, {
    ...AUDIT,
    AuditKeyValues: pairs({
      detects: (s) => `ldt:${s.host.aid}:1`,
      new_state: 'in_progress',
      assigned_to: analyst,
      comment: 'größer als „10“ \\ud83d\\udea8',
    }),
  }),
  external('Event_AuthActivityAuditEvent', 8, {
    ...AUDIT,
    ...strings({
      OperationName: v.oneOf('userAuthenticate', 'twoFactorAuthenticate', 'grantUserRoles'),
      ServiceName: 'CrowdStrike Authentication',
    }),
    Success: flag,
    AuditKeyValues: pairs({ target_name: analyst, roles: 'falconhost_read_only', trace_id: v.uuid }),
  }),
];
export default TYPES;
