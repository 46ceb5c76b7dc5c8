/** Records that the cloud makes itself: assessments, misconfigurations, egress, each of its own form. */
import type { EventType } from '../event.js';
import type { Scene } from '../scene.js';
import { isoTime } from '../time.js';
import * as v from '../values.js';
import { aid, cid, strings } from './external.js';

const nanoseconds = (s: Scene): string => `${isoTime(s.cloudMs).slice(0, -1)}${100_000 + s.random.below(900_000)}Z`;

const TYPES: readonly EventType[] = [
  {
    type: 'ZeroTrustHostAssessment',
    versions: { Win: 1, Mac: 1 },
    share: 5,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({
        event_type: 'ZeroTrustHostAssessment',
        aid,
        cid,
        event_platform: (s) => s.host.platform,
        host_hidden_status: 'VISIBLE',
        hostname: v.hostName,
        os_version: (s) => s.host.osVersion,
        product_name: (s) => s.host.model,
        product_type_desc: 'Workstation',
        assessment_time: nanoseconds,
        modified_time: nanoseconds,
        timestamp: nanoseconds,
      }),
      assessments: (s) =>
        `{"credential_guard":"${v.oneOf('yes', 'no')(s)}","secure_boot":"yes","dse":"yes","real_time_response":{"enabled":true,"meets_policy":[1,2]}}`,
      scores: (s) =>
        `{"os":${s.random.between(20, 100)},"overall":${s.random.between(20, 100)},"sensor_config":${s.random.between(20, 100)},"version":"3.9.1"}`,
    },
  },
  {
    type: 'cspm_policy_21',
    versions: { Win: 1 },
    share: 3,
    envelope: 'none',
    fields: {},
    json: {
      ...strings({
        'event-type': 'cspm_policy_21',
        cid,
        account: '111122223333',
        aws_account_id: '111122223333',
        cloud_provider: 'aws',
        cloud_region: 'eu-central-1',
        cloud_service_friendly: 'IAM',
        event_category: 'Management',
        event_created: nanoseconds,
        event_id: v.uuid,
        event_name: 'DeleteTrail',
        event_source: 'cloudtrail.amazonaws.com',
        event_type: 'AwsApiCall',
        mitre_attack_tactic: 'Defense Evasion',
        mitre_attack_technique: 'Impair Defenses',
        policy_statement: 'CloudTrail logging disabled',
        request_id: v.uuid,
        response_elements: '{\\"name\\":\\"trail\\",\\"ok\\":true}',
        service: 'CloudTrail',
        source_ip_address: v.remoteIp4,
        user_agent: 'aws-cli/2.15',
        user_identity_arn: 'arn:aws:iam::111122223333:user/ops',
        user_identity_mfa_authenticated: 'false',
        user_identity_principal_id: 'AIDAEXAMPLE',
        user_identity_user_name: 'ops',
        vertex_id: v.hex(32),
        vertex_type: 'ioa',
        timestamp: nanoseconds,
      }),
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
      ...strings({
        event_simpleName: 'CloudSecurityIOMEvaluation',
        cid,
        crn: 'crn:aws:iam:111122223333',
        created: nanoseconds,
        firstDetected: nanoseconds,
        lastDetected: nanoseconds,
        ruleId: v.uuid,
        ruleName: 'S3 bucket is public',
        severity: v.oneOf('high', 'critical'),
        status: 'non-compliant',
        url: 'https://falcon.crowdstrike.com/cloud-security/ioms',
        timestamp: nanoseconds,
      }),
      compliance: '{"benchmarks":[{"name":"CIS","version":"3.0.0","requirements":["2.1.4"]}]}',
      findings: '[{"key":"public","value":true},{"key":"acl","value":null}]',
      legacyPolicyId: v.integer(1, 900),
      resource: (s) =>
        `{"id":"arn:aws:s3:::${v.word(s)}","type":"AWS::S3::Bucket","tags":{},"account":{"id":"111122223333","provider":"aws"}}`,
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
      ...strings({
        event_simpleName: 'DataEgressEnriched',
        aid,
        aip: v.remoteIp4,
        cid,
        event_platform: 'Mac',
        id: v.uuid,
        timestamp: (s) => String(s.cloudMs),
        ConfigBuild: (s) => s.host.configBuild,
        ConfigStateHash: (s) => s.host.configStateHash,
      }),
      File: (s) =>
        `{"Name":"${v.word(s)} 契約.pdf","Size":${s.random.below(9_000_000)},"SHA256":"${v.fileSha256(s)}","Patterns":[{"Id":7,"Name":"IBAN","Count":3}]}`,
    },
  },
];
export default TYPES;
