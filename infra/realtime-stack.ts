/** New files as they come: notices, the function that converts what they name, and, if wanted, the puller of the feed itself. */
import { CfnCondition, CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { FUNCTION_COMMAND, WORKING_DIRECTORY } from './commands.js';
import { dataGrants, grantLake, placesOf } from './lake-access.js';
import { BATCH_WINDOW, FUNCTION_TIMEOUT, type Notices, notices } from './notices.js';
import { Alarms, HOUR, logGroup, logMetric, quarantineAlarm } from './observe.js';
import { ACCOUNT, BUCKET, given, image, logRetention, places, text, whole } from './parameters.js';
import { role, service } from './policy.js';
import { pull } from './pull.js';
import { encryptionKey } from './work-bucket.js';

/** The members of the record that the function logs after each batch. */
export const BATCH_METRICS: [member: string, metric: string][] = [
  ['events.read', 'EventsRead'],
  ['events.written', 'EventsWritten'],
  ['events.quarantined', 'EventsQuarantined'],
  ['damaged', 'DamagedFiles'],
  ['notices.returned', 'NoticesReturned'],
  ['written.bytes', 'WrittenBytes'],
];

export class RealtimeStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { description: 'Falconry: converts new files of an FDR archive as they come', ...props });
    image(this);
    places(this);
    const archiveAccount = text(this, 'ArchiveAccountId', {
      description: "The archive's account, if it is another",
      pattern: ACCOUNT,
      default: '',
    });
    given(this, 'HasArchiveAccount', archiveAccount);
    text(this, 'WorkBucket', { description: 'The bucket of the output Work of the stack falconry', pattern: BUCKET });
    text(this, 'WorkKeyArn', { description: 'Its output WorkKeyArn', pattern: '^arn:aws[a-z-]*:kms:.+$' });
    const retention = logRetention(this);
    const key = encryptionKey(this, 'NoticesKey', "Falconry's notices and the logs of its function", ['logs', 'events', 's3']);
    const queues = notices(this, key);
    const logs = logGroup(this, 'FunctionLogs', '/falconry/${AWS::StackName}/function', key, retention);
    const made = this.#function(queues, logs);
    for (const [member, metric] of BATCH_METRICS) logMetric(this, logs, 'batch', member, metric);

    const alarms = new Alarms(this);
    this.#alarms(alarms, queues, made);
    pull(this, key, retention, alarms);

    new CfnOutput(this, 'NoticesArn', {
      value: queues.queue.attrArn,
      description: 'for notifications of a bucket of another account',
    });
    new CfnOutput(this, 'DeadNoticesUrl', { value: queues.dead.ref, description: 'notices that failed again and again' });
  }

  #function({ queue }: Notices, logs: CfnLogGroup): CfnFunction {
    const architecture = text(this, 'Architecture', {
      description: "The function's",
      default: 'arm64',
      values: ['arm64', 'x86_64'],
    });
    new CfnCondition(this, 'IsArm', { expression: Fn.conditionEquals(architecture.valueAsString, 'arm64') });
    const memory = whole(this, 'MemoryMiB', "The function's memory; its CPU grows with it", 3008, 1769, 10_240);
    const most = whole(this, 'MaxConcurrency', 'Batches of notices at once', 10, 2, 1000);
    const size = whole(this, 'BatchSize', 'Notices in a batch', 10, 1, 10_000);
    const functionRole = role(this, 'FunctionRole', {
      description: 'Falconry: what the function of new files may do',
      roleName: '${AWS::StackName}-function-${AWS::Region}',
      trust: service('lambda.amazonaws.com'),
      grants: [
        ...dataGrants({ workBucketArn: 'arn:${AWS::Partition}:s3:::${WorkBucket}', workKeyArn: '${WorkKeyArn}' }),
        {
          sid: 'TakeNotices',
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
          resources: ['${Notices.Arn}'],
        },
        { sid: 'ReadNotices', actions: ['kms:Decrypt'], resources: ['${NoticesKey.Arn}'] },
        { sid: 'WriteLogs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['${FunctionLogs.Arn}'] },
      ],
    });
    grantLake(this, functionRole, 'Function');
    const made = new CfnFunction(this, 'Function', {
      description: 'Falconry: converts the files that a batch of notices names',
      packageType: 'Image',
      code: { imageUri: Fn.ref('ImageUri') },
      imageConfig: {
        entryPoint: FUNCTION_COMMAND.slice(0, 1),
        command: FUNCTION_COMMAND.slice(1),
        workingDirectory: WORKING_DIRECTORY,
      },
      architectures: [architecture.valueAsString],
      role: functionRole.attrArn,
      memorySize: memory.valueAsNumber,
      timeout: FUNCTION_TIMEOUT,
      // the only place that can be written to; files that are larger than memory stream through it
      ephemeralStorage: { size: 10_240 },
      environment: { variables: placesOf() },
      loggingConfig: { logGroup: logs.ref },
    });
    new CfnEventSourceMapping(this, 'Mapping', {
      eventSourceArn: queue.attrArn,
      functionName: made.ref,
      batchSize: size.valueAsNumber,
      maximumBatchingWindowInSeconds: BATCH_WINDOW,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: most.valueAsNumber },
    });
    return made;
  }

  #alarms(alarms: Alarms, { queue, dead }: Notices, made: CfnFunction): void {
    const oldest = whole(this, 'OldestNoticeSeconds', 'Age of a notice that raises an alarm', 7200, 600, 1_209_600);
    const silence = whole(this, 'SilentHours', 'Hours without a notice that raise an alarm', 6, 1, 24);
    const of = (made: { attrQueueName: string }) => [{ name: 'QueueName', value: made.attrQueueName }];
    const above = { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 1, treatMissingData: 'notBreaching' };
    alarms.add('OldestNotice', 'New files wait: the function is too slow, fails, or is throttled.', {
      namespace: 'AWS/SQS',
      metricName: 'ApproximateAgeOfOldestMessage',
      dimensions: of(queue),
      statistic: 'Maximum',
      period: 300,
      threshold: oldest.valueAsNumber,
      ...above,
    });
    alarms.add('DeadNotices', 'Files failed again and again, and are not in the lake.', {
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: of(dead),
      statistic: 'Maximum',
      period: 300,
      threshold: 0,
      ...above,
    });
    alarms.add('FunctionErrors', 'The function itself fails: its settings, its permissions, its memory, or its time.', {
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensions: [{ name: 'FunctionName', value: made.ref }],
      statistic: 'Sum',
      period: 300,
      threshold: 0,
      ...above,
    });
    quarantineAlarm(this, alarms);
    alarms.add('NoNotices', 'No new file was noticed: the feed has stopped, or its notices do not come.', {
      namespace: 'AWS/SQS',
      metricName: 'NumberOfMessagesSent',
      dimensions: of(queue),
      statistic: 'Sum',
      period: HOUR,
      evaluationPeriods: silence.valueAsNumber,
      threshold: 1,
      comparisonOperator: 'LessThanThreshold',
      treatMissingData: 'breaching',
    });
  }
}
