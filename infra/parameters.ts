/** What a stack is told: CloudFormation parameters, so that a template can be deployed without CDK. */
import { CfnCondition, CfnParameter, CfnRule, Fn, type ICfnRuleConditionExpression, type Stack } from 'aws-cdk-lib';

export const BUCKET = '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';
export const ACCOUNT = '^\\d{12}$';
/** AWS takes two characters on; shorter ones can be guessed. */
export const EXTERNAL_ID = '^[\\w+=,.@:/-]{16,1224}$';
const ECR_IMAGE = '^\\d{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+(:[\\w.-]+|@sha256:[0-9a-f]{64})$';

export interface TextProps {
  description: string;
  /** a regular expression for the whole value */
  pattern?: string;
  /** without it a value must be given */
  default?: string;
  values?: string[];
}

export function text(stack: Stack, id: string, { description, pattern, values, default: given }: TextProps): CfnParameter {
  return new CfnParameter(stack, id, {
    description,
    ...(pattern === undefined ? {} : { allowedPattern: given === '' ? `^$|${pattern}` : pattern }),
    ...(values === undefined ? {} : { allowedValues: values }),
    ...(given === undefined ? {} : { default: given }),
  });
}

export function whole(stack: Stack, id: string, description: string, given: number, least: number, most: number): CfnParameter {
  return new CfnParameter(stack, id, { type: 'Number', description, default: given, minValue: least, maxValue: most });
}

export function arn(stack: Stack, id: string, description: string, service: string): CfnParameter {
  return text(stack, id, { description, pattern: `^arn:aws[a-z-]*:${service}:.+$`, default: '' });
}

/** The image, and the repository that roles may pull from. */
export function image(stack: Stack): { uri: CfnParameter; repository: CfnParameter } {
  const uri = text(stack, 'ImageUri', {
    description: 'The image of the Dockerfile, in ECR: <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>',
    pattern: ECR_IMAGE,
  });
  const repository = text(stack, 'ImageRepositoryArn', {
    description: 'The ARN of its repository: arn:aws:ecr:<region>:<account>:repository/<repository>',
    pattern: '^arn:aws[a-z-]*:ecr:[a-z0-9-]+:\\d{12}:repository/[a-z0-9._/-]+$',
  });
  return { uri, repository };
}

/** Where the data comes from and goes to; all three may be in accounts of their own. */
export function places(stack: Stack): { isSecurityLake: CfnCondition } {
  text(stack, 'ArchiveBucket', { description: 'The bucket that holds the FDR archive', pattern: BUCKET });
  text(stack, 'ArchivePrefix', {
    description: 'Its prefix above data/ or fdrv2/, ending in /; empty for the whole bucket',
    pattern: '^[^/*?][^*?]*/$',
    default: '',
  });
  const archiveKey = arn(stack, 'ArchiveKeyArn', 'The KMS key of the archive, if it has one', 'kms');
  text(stack, 'LakeBucket', { description: 'The bucket of the lake; objects go under ext/', pattern: BUCKET });
  const kind = text(stack, 'LakeKind', {
    description:
      'bucket: an ordinary bucket, written to with the role of the jobs; security-lake: through the provider and maintenance roles of its account',
    default: 'bucket',
    values: ['bucket', 'security-lake'],
  });
  const account = text(stack, 'LakeAccountId', {
    description: 'The account of a Security Lake',
    pattern: ACCOUNT,
    default: '',
  });
  const maintenance = arn(
    stack,
    'MaintenanceRoleArn',
    'MaintenanceRoleArn of the stack falconry-lake, for a Security Lake',
    'iam',
  );
  const externalId = text(stack, 'ExternalId', {
    description: 'ExternalId of the stack falconry-lake, for a Security Lake',
    pattern: EXTERNAL_ID,
    default: '',
  });
  const lakeKey = arn(stack, 'LakeKeyArn', 'The KMS key of the lake, if it has one', 'kms');

  given(stack, 'HasArchiveKey', archiveKey);
  given(stack, 'HasLakeKey', lakeKey);
  const isSecurityLake = new CfnCondition(stack, 'IsSecurityLake', {
    expression: Fn.conditionEquals(kind.valueAsString, 'security-lake'),
  });
  new CfnCondition(stack, 'IsBucket', { expression: Fn.conditionEquals(kind.valueAsString, 'bucket') });
  must(stack, 'SecurityLakeNeedsItsAccount', 'A Security Lake needs LakeAccountId, MaintenanceRoleArn and ExternalId.', {
    when: Fn.conditionEquals(kind.valueAsString, 'security-lake'),
    that: Fn.conditionAnd(isGiven(account), isGiven(maintenance), isGiven(externalId)),
  });
  return { isSecurityLake };
}

export const isGiven = (parameter: CfnParameter) => Fn.conditionNot(Fn.conditionEquals(parameter.valueAsString, ''));

export function given(stack: Stack, id: string, parameter: CfnParameter): CfnCondition {
  return new CfnCondition(stack, id, { expression: isGiven(parameter) });
}

/** Refuses a deployment before anything is made. */
export function must(
  stack: Stack,
  id: string,
  description: string,
  { when, that }: { when?: ICfnRuleConditionExpression; that: ICfnRuleConditionExpression },
): void {
  new CfnRule(stack, id, {
    ...(when === undefined ? {} : { ruleCondition: when }),
    assertions: [{ assert: that, assertDescription: description }],
  });
}

export function logRetention(stack: Stack): CfnParameter {
  return new CfnParameter(stack, 'LogRetentionDays', {
    type: 'Number',
    description: 'Days that logs are kept',
    default: 90,
    allowedValues: ['30', '60', '90', '180', '365', '731', '1827'],
  });
}
