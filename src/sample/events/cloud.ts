/** Records that no sensor sends: the streaming API's events and the cloud's own, nested and typed, in the same files. */
import type { EventType, Fields, Value } from '../event.js';
import { jsonText } from '../json-text.js';
import type { Scene } from '../scene.js';
import { isoTime } from '../time.js';
import * as v from '../values.js';

type Maker = Exclude<Value, string>;
const strings = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? `"${value}"` : (s: Scene) => `"${value(s)}"`]));
const pairs = (entries: Fields): Maker => {
  return (s) => `[${Object.entries(entries).map(([key, value]) => `{"Key":"${key}","ValueString":"${typeof value === 'string' ? value : value(s)}"}`)}]`;
};

/** Ids beyond 2^53 as bare numbers: what a JSON parser with doubles corrupts. */
const bareId = (s: Scene): string => `17193${s.random.between(10_000_000, 99_999_999)}${s.random.between(100_000, 999_999)}`;
const utcMs = (s: Scene): string => String(s.eventMs);
const utcSeconds = (s: Scene): string => String(Math.floor(s.eventMs / 1000));
const cid = (s: Scene): string => s.cid;
const aid = (s: Scene): string => s.host.aid;
const flag = v.oneOf('true', 'false', 'false');
const analyst = v.oneOf('amelia.hart@corp.example', 'jürgen.müller@corp.example', 'api-client:8f1c');
const nanoseconds = (s: Scene): string => `${isoTime(s.cloudMs).slice(0, -1)}${100_000 + s.random.below(900_000)}Z`;

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

const DISPOSITIONS = 'Indicator Detect InddetMask SensorOnly Rooting KillProcess KillSubProcess QuarantineMachine QuarantineFile PolicyDisabled KillParent OperationBlocked ProcessBlocked RegistryOperationBlocked FsOperationBlocked'.split(' ');
const dispositionFlags: Maker = (s) => `{${DISPOSITIONS.map((name) => `"${name}":${s.random.below(6) === 0}`).join(',')}}`;

const DETECTED: Fields = {
  ...strings({
    CommandLine: v.commandLine,
    FalconHostLink: (s) => `https://falcon.crowdstrike.com/activity-v2/detections/${s.host.aid}:${s.sequence}?_cid\\u003d${s.cid}`,
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
const filesWritten: Maker = (s) => (s.random.below(3) === 0 ? '[]' : `[{"FileName":"${v.word(s)}.exe","FilePath":"${v.programFile(s)}","Timestamp":${Math.floor(s.eventMs / 1000)}},{"FileName":"résumé.docx","FilePath":"${v.programFile(s)}","Timestamp":${Math.floor(s.eventMs / 1000)}}]`);

const SIGNATURE_FLAGS = 'CatalogSigned EmbeddedSigned FailedCertCheck HasValidSignature InvalidSignChain MicrosoftSigned NoCodeKeyUsage NoEmbeddedCert NoSignature SelfSigned SignHashMismatch ThirdPartyRoot UnknownError'.split(' ');
const subject = jsonText('CN=Contoso Ltd., O="Contoso, Ltd.", L=Zürich, C=CH');

const AUDIT: Fields = { ...strings({ OperationName: v.oneOf('detection_update', 'quarantined_file_update', 'update_policy'), ServiceName: v.oneOf('detections', 'quarantined_files', 'prevention_policy'), UserId: analyst, UserIp: v.remoteIp4 }), UTCTimestamp: utcSeconds };

const TYPES: readonly EventType[] = [
  external('Event_ModuleSummaryInfoEvent', 40, {
    ...strings({ AuthenticodeHashData: v.fileSha256, AuthorityKeyIdentifier: v.hex(40), IssuerCN: 'DigiCert Trusted G4 Code Signing RSA4096 SHA384 2021 CA1', IssuerDN: 'C\\u003dUS, O\\u003dDigiCert, Inc.', SHA256HashData: v.fileSha256, SignatureDigestAlg: 'SHA256', SignatureDigestEncryptAlg: 'RSA', SubjectCN: 'Contoso Ltd.', SubjectCertThumbprint: v.hex(40), SubjectCertValidFrom: '2024-01-15T00:00:00Z', SubjectCertValidTo: '2027-01-14T23:59:59Z', SubjectDN: subject, SubjectKeyIdentifier: v.hex(40), SubjectSerialNumber: v.hex(32), SubjectVersion: '3' }),
    AuthenticodeMatch: flag,
    Nonce: (s) => `31003${s.random.between(10_000_000, 99_999_999)}${s.random.between(100_000, 999_999)}`,
    ...Object.fromEntries(SIGNATURE_FLAGS.map((name) => [`SignInfoFlag${name}`, flag])),
  }),
  external('Event_DetectionSummaryEvent', 4, {
    ...DETECTED,
    ...strings({ AssociatedFile: v.image, ComputerName: v.hostName, DetectDescription: 'A process wrote a file known to be malicious.', DetectId: (s) => `ldt:${s.host.aid}:${s.sequence}`, DetectName: 'Known Malware', EventUUID: v.hex(32), GrandparentCommandLine: '', GrandparentImageFileName: (s) => s.process.grandparentFile, HostGroups: v.hex(32), IOCType: 'hash_sha256', IOCValue: v.imageSha256, MachineDomain: (s) => s.host.domain, OriginSourceIpAddress: '', SensorId: aid, SeverityName: 'High', Tags: '' }),
    Severity: '4',
  }),
  external('Event_EppDetectionSummaryEvent', 5, {
    ...DETECTED,
    ...strings({ AgentId: aid, AggregateId: (s) => `aggind:${s.host.aid}:${s.sequence}`, CompositeId: (s) => `${s.cid}:ind:${s.host.aid}:${s.sequence}`, DataDomains: 'Endpoint', Description: 'PowerShell ran an encoded command.', GrandParentCommandLine: '', GrandParentImageFileName: (s) => s.process.grandparentFile, GrandParentImageFilePath: '', HostGroups: '', Hostname: v.hostName, LocalIPv6: (s) => s.host.ip6, LogonDomain: (s) => s.host.domain, Name: 'SuspiciousScript', ParentImageFilePath: '', SeverityName: 'Medium', SourceProducts: 'Falcon Insight', SourceVendors: 'CrowdStrike', Type: 'ldt' }),
    FilesWritten: filesWritten,
    PatternId: v.integer(10_000, 11_000),
    Severity: v.oneOf('30', '50', '70', '90'),
  }),
  external('Event_UserActivityAuditEvent', 8, { ...AUDIT, AuditKeyValues: pairs({ detects: (s) => `ldt:${s.host.aid}:1`, new_state: 'in_progress', assigned_to: analyst, comment: 'größer als „10“ \\ud83d\\udea8' }) }),
  external('Event_AuthActivityAuditEvent', 8, {
    ...AUDIT,
    ...strings({ OperationName: v.oneOf('userAuthenticate', 'twoFactorAuthenticate', 'grantUserRoles'), ServiceName: 'CrowdStrike Authentication' }),
    Success: flag,
    AuditKeyValues: pairs({ target_name: analyst, roles: 'falconhost_read_only', trace_id: v.uuid }),
  }),
  {
    type: 'ZeroTrustHostAssessment',
    versions: { Win: 1, Mac: 1 },
    share: 5,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({ event_type: 'ZeroTrustHostAssessment', aid, cid, event_platform: (s) => s.host.platform, host_hidden_status: 'VISIBLE', hostname: v.hostName, os_version: (s) => s.host.osVersion, product_name: (s) => s.host.model, product_type_desc: 'Workstation', assessment_time: nanoseconds, modified_time: nanoseconds, timestamp: nanoseconds }),
      assessments: (s) => `{"credential_guard":"${v.oneOf('yes', 'no')(s)}","secure_boot":"yes","dse":"yes","real_time_response":{"enabled":true,"meets_policy":[1,2]}}`,
      scores: (s) => `{"os":${s.random.between(20, 100)},"overall":${s.random.between(20, 100)},"sensor_config":${s.random.between(20, 100)},"version":"3.9.1"}`,
    },
  },
  {
    type: 'cspm_policy_21',
    versions: { Win: 1 },
    share: 3,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({ 'event-type': 'cspm_policy_21', cid, account: '111122223333', aws_account_id: '111122223333', cloud_provider: 'aws', cloud_region: 'eu-central-1', cloud_service_friendly: 'IAM', event_category: 'Management', event_created: nanoseconds, event_id: v.uuid, event_name: 'DeleteTrail', event_source: 'cloudtrail.amazonaws.com', event_type: 'AwsApiCall', mitre_attack_tactic: 'Defense Evasion', mitre_attack_technique: 'Impair Defenses', policy_statement: 'CloudTrail logging disabled', request_id: v.uuid, response_elements: '{\\"name\\":\\"trail\\",\\"ok\\":true}', service: 'CloudTrail', source_ip_address: v.remoteIp4, user_agent: 'aws-cli/2.15', user_identity_arn: 'arn:aws:iam::111122223333:user/ops', user_identity_mfa_authenticated: 'false', user_identity_principal_id: 'AIDAEXAMPLE', user_identity_user_name: 'ops', vertex_id: v.hex(32), vertex_type: 'ioa', timestamp: nanoseconds }),
      attack_types: '["Defense Evasion"]',
      cloudplatform: '1',
      management_event: 'true',
      policy_id: '21',
      policy_severity: '2',
      read_only: 'false',
    },
  },
  {
    type: 'CloudSecurityIOMEvaluation',
    versions: { Win: 1 },
    share: 3,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({ event_simpleName: 'CloudSecurityIOMEvaluation', cid, crn: 'crn:aws:iam:111122223333', created: nanoseconds, firstDetected: nanoseconds, lastDetected: nanoseconds, ruleId: v.uuid, ruleName: 'S3 bucket is public', severity: v.oneOf('high', 'critical'), status: 'non-compliant', url: 'https://falcon.crowdstrike.com/cloud-security/ioms', timestamp: nanoseconds }),
      compliance: '{"benchmarks":[{"name":"CIS","version":"3.0.0","requirements":["2.1.4"]}]}',
      findings: '[{"key":"public","value":true},{"key":"acl","value":null}]',
      legacyPolicyId: v.integer(1, 900),
      resource: (s) => `{"id":"arn:aws:s3:::${v.word(s)}","type":"AWS::S3::Bucket","tags":{},"account":{"id":"111122223333","provider":"aws"}}`,
      revision: v.integer(0, 9),
      threat: '{"tactic":"Collection","technique":"Data from Cloud Storage","framework":null}',
    },
  },
  {
    type: 'DataEgressEnriched',
    versions: { Mac: 1 },
    share: 20,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({ event_simpleName: 'DataEgressEnriched', aid, aip: v.remoteIp4, cid, event_platform: 'Mac', id: v.uuid, timestamp: (s) => String(s.cloudMs), ConfigBuild: (s) => s.host.configBuild, ConfigStateHash: (s) => s.host.configStateHash }),
      File: (s) => `{"Name":"${v.word(s)} 契約.pdf","Size":${s.random.below(9_000_000)},"SHA256":"${v.fileSha256(s)}","Patterns":[{"Id":7,"Name":"IBAN","Count":3}]}`,
    },
  },
];
export default TYPES;
