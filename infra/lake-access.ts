/** What reading the archive and writing to work area and lake asks of IAM: the same for the jobs, the function and pull. */
import { type CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import { type Grant, grantIf } from './policy.js';
import { WORK_PREFIX } from './work-prefix.js';

const UNDER = 'keys are made at run time; the prefix is fixed';
/** Without it S3 answers 403 for a key that is absent, and a missing ledger would look like a missing permission. */
const LIST = ['s3:ListBucket'];
export const VIA_S3 = { StringEquals: { 'kms:ViaService': { 'Fn::Sub': 's3.${AWS::Region}.${AWS::URLSuffix}' } } };

type Condition = Record<string, Record<string, unknown>>;

/** @param where the bucket and key of the work area, as `Fn::Sub` takes them */
export function dataGrants(where: { workBucketArn: string; workKeyArn: string }, condition?: Condition): Grant[] {
  const when = condition === undefined ? {} : { condition };
  const work = `${where.workBucketArn}/${WORK_PREFIX}`;
  const archive = 'arn:${AWS::Partition}:s3:::${ArchiveBucket}';
  return [
    { sid: 'ReadArchive', actions: ['s3:GetObject'], resources: [`${archive}/\${ArchivePrefix}*`], why: UNDER, ...when },
    { sid: 'FindAbsentInArchive', actions: LIST, resources: [archive], ...when },
    {
      sid: 'UseWorkArea',
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      resources: [`${work}/*`],
      why: UNDER,
      ...when,
    },
    { sid: 'ListWorkArea', actions: LIST, resources: [where.workBucketArn], ...when },
    {
      sid: 'ClearStagingAndLocks',
      actions: ['s3:DeleteObject'],
      resources: [`${work}/staging/*`, `${work}/lock/*`, `${work}/compaction/*/staging/*`],
      why: `${UNDER}, and no ledger, journal or quarantine lies below it`,
      ...when,
    },
    { sid: 'UseWorkKey', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [where.workKeyArn], condition: VIA_S3 },
  ];
}

/** What depends on the kind of lake and on keys, as policies of their own. The stack has the parameters of `places`. */
export function grantLake(stack: Stack, to: CfnRole, name: string, condition?: Condition): void {
  const when = condition === undefined ? {} : { condition };
  const lake = 'arn:${AWS::Partition}:s3:::${LakeBucket}';
  const named = (id: string) => stack.node.findChild(id) as CfnCondition;
  grantIf(stack, `${name}LakeBucket`, to, named('IsBucket'), [
    {
      sid: 'UseLake',
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      resources: [`${lake}/ext/fdr*/*`],
      why: "sources' names begin with fdr; partitions and objects are made at run time",
      ...when,
    },
    { sid: 'ListLake', actions: LIST, resources: [lake], ...when },
  ]);
  grantIf(stack, `${name}LakeRoles`, to, named('IsSecurityLake'), [
    {
      sid: 'BecomeProvider',
      actions: ['sts:AssumeRole'],
      resources: ['arn:${AWS::Partition}:iam::${LakeAccountId}:role/AmazonSecurityLake-Provider-fdr*'],
      why: 'Security Lake makes a role a source, and sources are registered after this stack',
    },
    { sid: 'BecomeMaintenance', actions: ['sts:AssumeRole'], resources: ['${MaintenanceRoleArn}'] },
  ]);
  grantIf(stack, `${name}ArchiveKey`, to, named('HasArchiveKey'), [
    { sid: 'ReadWithArchiveKey', actions: ['kms:Decrypt'], resources: ['${ArchiveKeyArn}'], condition: VIA_S3 },
  ]);
  grantIf(stack, `${name}LakeKey`, to, named('HasLakeKey'), [
    {
      sid: 'WriteWithLakeKey',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['${LakeKeyArn}'],
      condition: VIA_S3,
    },
  ]);
}

const ifSecurityLake = (value: string) =>
  Fn.conditionIf('IsSecurityLake', value.includes('${') ? Fn.sub(value) : value, '').toString();

/** How jobs, function and pull use a Security Lake; all empty for an ordinary bucket, which counts as absent. */
export const lakeEnvironment = (): Record<string, string> => ({
  FALCONRY_PROVIDER_ROLE: ifSecurityLake(
    'arn:${AWS::Partition}:iam::${LakeAccountId}:role/AmazonSecurityLake-Provider-{source}-{region}',
  ),
  FALCONRY_MAINTENANCE_ROLE: ifSecurityLake('${MaintenanceRoleArn}'),
  FALCONRY_EXTERNAL_ID: ifSecurityLake('${ExternalId}'),
  FALCONRY_GLUE_DATABASE: ifSecurityLake('security-lake'),
});

/** The same as containers take it. */
export const containerEnvironment = () => Object.entries(lakeEnvironment()).map(([name, value]) => ({ name, value }));

/** What the function reads from its environment. */
export const placesOf = () => ({
  ...lakeEnvironment(),
  FALCONRY_ARCHIVE: Fn.sub('s3://${ArchiveBucket}/${ArchivePrefix}'),
  FALCONRY_LAKE: Fn.sub('s3://${LakeBucket}'),
  FALCONRY_WORK: Fn.sub(`s3://\${WorkBucket}/${WORK_PREFIX}`),
});
