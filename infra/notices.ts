/** The queue of notices, what may send to it, and where it puts what fails again and again. */
import { Fn, type Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { tlsOnly } from './work-bucket.js';

/** Of the function; AWS asks for a visibility timeout of six of them, and the batching window. */
export const FUNCTION_TIMEOUT = 900;
export const BATCH_WINDOW = 300;
const TRIES = 5;
const DAY = 86_400;

export interface Notices {
  queue: CfnQueue;
  dead: CfnQueue;
}

export function notices(stack: Stack, key: CfnKey): Notices {
  const encryption = { kmsMasterKeyId: key.attrArn, kmsDataKeyReusePeriodSeconds: 3600 };
  const dead = new CfnQueue(stack, 'DeadNotices', { messageRetentionPeriod: 14 * DAY, ...encryption });
  const queue = new CfnQueue(stack, 'Notices', {
    visibilityTimeout: 6 * FUNCTION_TIMEOUT + BATCH_WINDOW,
    messageRetentionPeriod: 14 * DAY,
    redrivePolicy: { deadLetterTargetArn: dead.attrArn, maxReceiveCount: TRIES },
    ...encryption,
  });
  const rule = new CfnRule(stack, 'ObjectCreated', {
    description: "Falconry: new files in the archive; its bucket must have EventBridge's notifications on",
    eventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [Fn.ref('ArchiveBucket')] },
        object: { key: [{ wildcard: Fn.sub('${ArchivePrefix}*.gz') }] },
      },
    },
    targets: [{ id: 'notices', arn: queue.attrArn }],
  });
  new CfnQueuePolicy(stack, 'NoticesPolicy', {
    queues: [queue.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        sender('EventBridge', 'events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': rule.attrArn } }),
        // a bucket of another account, or one that notifies by itself
        sender('ArchiveBucket', 's3.amazonaws.com', {
          ArnEquals: { 'aws:SourceArn': Fn.sub('arn:${AWS::Partition}:s3:::${ArchiveBucket}') },
          StringEquals: {
            'aws:SourceAccount': Fn.conditionIf('HasArchiveAccount', Fn.ref('ArchiveAccountId'), Fn.ref('AWS::AccountId')),
          },
        }),
        tlsOnly('sqs:*', ['${Notices.Arn}']),
      ],
    },
  });
  new CfnQueuePolicy(stack, 'DeadNoticesPolicy', {
    queues: [dead.ref],
    policyDocument: { Version: '2012-10-17', Statement: [tlsOnly('sqs:*', ['${DeadNotices.Arn}'])] },
  });
  return { queue, dead };
}

const sender = (sid: string, principal: string, condition: object) => ({
  Sid: sid,
  Effect: 'Allow',
  Principal: { Service: principal },
  Action: 'sqs:SendMessage',
  Resource: Fn.sub('${Notices.Arn}'),
  Condition: condition,
});
