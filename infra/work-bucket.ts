/** The work area's bucket and key: plans, ledgers, journals, quarantine, staging. */
import { CfnDeletionPolicy, Fn, type Stack, Validations } from 'aws-cdk-lib';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnBucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { WORK_PREFIX } from './work-prefix.js';

/** Attempts clear their own staging; this is for those that were killed and never repeated. A backfill must be resumed within it. */
const STAGING_DAYS = 14;
const MULTIPART_DAYS = 3;

export function workBucket(stack: Stack): CfnBucket {
  const key = encryptionKey(stack, 'WorkKey', "Falconry's work area and logs", ['logs']);
  const bucket = new CfnBucket(stack, 'WorkBucket', {
    bucketEncryption: {
      serverSideEncryptionConfiguration: [
        // one data key for many objects: without it every staged object is a request to KMS
        { bucketKeyEnabled: true, serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.attrArn } },
      ],
    },
    publicAccessBlockConfiguration: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
    lifecycleConfiguration: {
      rules: [
        { id: 'staging', status: 'Enabled', prefix: `${WORK_PREFIX}/staging/`, expirationInDays: STAGING_DAYS },
        {
          id: 'aborted-multiparts',
          status: 'Enabled',
          prefix: '',
          abortIncompleteMultipartUpload: { daysAfterInitiation: MULTIPART_DAYS },
        },
      ],
    },
  });
  bucket.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
  bucket.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: "Access is recorded by the account's CloudTrail data events; a log bucket is the account's choice, not this stack's.",
  });
  new CfnBucketPolicy(stack, 'WorkBucketPolicy', {
    bucket: bucket.ref,
    policyDocument: { Version: '2012-10-17', Statement: [tlsOnly('s3:*', ['${WorkBucket.Arn}', '${WorkBucket.Arn}/*'])] },
  });
  return bucket;
}

/** A deny for whoever comes without TLS; a deny may well name all actions and principals. */
export const tlsOnly = (action: string, resources: readonly string[]) => ({
  Sid: 'TlsOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resources.map((resource) => Fn.sub(resource)),
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/**
 * A key that rotates. Roles get their use of it by their own policies; services of this account by the key's.
 *
 * @param services `logs`: the log groups of the stack; `events`: the bus of this account
 */
export function encryptionKey(stack: Stack, id: string, what: string, services: readonly ('logs' | 'events' | 's3')[]): CfnKey {
  const use = ['kms:Decrypt', 'kms:GenerateDataKey'];
  const statements = {
    logs: {
      Sid: 'Logs',
      Effect: 'Allow',
      Principal: { Service: Fn.sub('logs.${AWS::Region}.amazonaws.com') },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
      // in a key's policy this means the key itself
      Resource: '*',
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': Fn.sub('arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*'),
        },
      },
    },
    events: {
      Sid: 'Events',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: use,
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    },
    s3: {
      Sid: 'Notifications',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: use,
      Resource: '*',
      Condition: { ArnEquals: { 'aws:SourceArn': Fn.sub('arn:${AWS::Partition}:s3:::${ArchiveBucket}') } },
    },
  };
  const key = new CfnKey(stack, id, {
    description: what,
    enableKeyRotation: true,
    keyPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Account',
          Effect: 'Allow',
          Principal: { AWS: Fn.sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') },
          Action: 'kms:*',
          Resource: '*',
        },
        ...services.map((service) => statements[service]),
      ],
    },
  });
  key.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
  key.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return key;
}
