/** The account that converts: work area, AWS Batch, the nightly compaction, and what watches them. */
import { CfnOutput, type CfnParameter, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnResourcePolicy } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { jobDefinition, type Queues, queues } from './batch.js';
import { COMPACT_COMMAND, CONVERT_COMMAND } from './commands.js';
import { dashboard } from './dashboard.js';
import { dataGrants, grantLake } from './lake-access.js';
import { network, s3Endpoint } from './network.js';
import { nightly } from './nightly.js';
import { Alarms, HOUR, logGroup, logMetric, NAMESPACE, quarantineAlarm } from './observe.js';
import { image, logRetention, places } from './parameters.js';
import { role, service } from './policy.js';
import { workBucket } from './work-bucket.js';
import { WORK_PREFIX } from './work-prefix.js';

/** A slice is made for minutes; a submission says how long its own may take. */
const CONVERT_TIMEOUT = HOUR;
/** A child has its share of a night's partitions, and what it has committed stays. */
const COMPACT_TIMEOUT = 12 * HOUR;

/** The members of a slice's metrics record, and of the function's. */
export const SLICE_METRICS = [
  'EventsRead',
  'EventsWritten',
  'EventsQuarantined',
  'EventsDuplicate',
  'EventsFiltered',
  'DamagedFiles',
  'CompressedBytes',
  'WrittenBytes',
];

export class ConversionStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, {
      description: 'Falconry: converts FDR archives on AWS Batch, and compacts the lake every night',
      ...props,
    });
    image(this);
    places(this);
    const net = network(this);
    const endpoint = s3Endpoint(this);
    const retention = logRetention(this);
    const bucket = workBucket(this);
    const key = this.node.findChild('WorkKey') as CfnKey;
    const logs = logGroup(this, 'JobLogs', '/falconry/${AWS::StackName}/jobs', key, retention);

    const jobRole = role(this, 'JobRole', {
      description: 'Falconry: what a job may do',
      // other accounts name it in their policies before it is there
      roleName: '${AWS::StackName}-job-${AWS::Region}',
      trust: service('ecs-tasks.amazonaws.com'),
      grants: dataGrants({ workBucketArn: '${WorkBucket.Arn}', workKeyArn: '${WorkKey.Arn}' }, endpoint),
    });
    grantLake(this, jobRole, 'Job', endpoint);

    const both = queues(this, net, logs);
    jobDefinition(this, 'ConvertJob', {
      name: 'convert',
      command: CONVERT_COMMAND,
      timeoutSeconds: CONVERT_TIMEOUT,
      jobRole,
      logs,
    });
    const compact = jobDefinition(this, 'CompactJob', {
      name: 'compact',
      command: COMPACT_COMMAND,
      timeoutSeconds: COMPACT_TIMEOUT,
      jobRole,
      logs,
    });
    nightly(this, both.arm64, compact);

    for (const metric of SLICE_METRICS) logMetric(this, logs, 'metrics', metric, metric);
    logMetric(this, logs, 'newest-day', 'partitions', 'NewestDayPartitions');
    const failures = this.#failedJobs(both, key, retention);
    const alarms = new Alarms(this);
    this.#alarms(alarms, failures);
    dashboard(this, alarms.all, failures.ref);

    new CfnOutput(this, 'Queue', { value: both.arm64.ref, description: 'backfill submit --queue: Graviton' });
    new CfnOutput(this, 'QueueX86', { value: both.x86.ref, description: 'backfill submit --queue: x86' });
    new CfnOutput(this, 'ConvertJobDefinition', {
      value: Fn.sub('${AWS::StackName}-convert'),
      description: 'backfill submit --job-definition',
    });
    new CfnOutput(this, 'Work', { value: Fn.sub(`s3://\${${bucket.node.id}}/${WORK_PREFIX}`), description: '--work' });
    new CfnOutput(this, 'WorkKeyArn', { value: key.attrArn, description: 'for the stack falconry-realtime' });
    new CfnOutput(this, 'JobRoleArn', {
      value: jobRole.attrArn,
      description: "for the stack falconry-lake, and for the archive's bucket policy",
    });
  }

  /** Batch counts no failures; it tells of each, and the rule counts what it is told. The events are kept to be read. */
  #failedJobs({ arm64, x86 }: Queues, key: CfnKey, retention: CfnParameter): CfnRule {
    const logs = logGroup(this, 'FailedJobs', '/aws/events/falconry/${AWS::StackName}/failed-jobs', key, retention);
    new CfnResourcePolicy(this, 'FailedJobsPolicy', {
      policyName: Fn.sub('${AWS::StackName}-failed-jobs'),
      policyDocument: Stack.of(this).toJsonString({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Events',
            Effect: 'Allow',
            Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: logs.attrArn,
            Condition: { StringEquals: { 'aws:SourceAccount': this.account } },
          },
        ],
      }),
    });
    return new CfnRule(this, 'JobFailed', {
      description: 'Falconry: a job, or a child of an array, has failed for good',
      eventPattern: {
        source: ['aws.batch'],
        'detail-type': ['Batch Job State Change'],
        detail: { status: ['FAILED'], jobQueue: [arm64.ref, x86.ref] },
      },
      targets: [
        {
          id: 'log',
          arn: Fn.sub('arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Name}', { Name: logs.ref }),
        },
      ],
    });
  }

  #alarms(alarms: Alarms, failures: CfnRule): void {
    alarms.add('FailedJobs', 'Jobs failed for good: slices of a backfill are missing, or a night was not compacted.', {
      namespace: 'AWS/Events',
      metricName: 'TriggeredRules',
      dimensions: [{ name: 'RuleName', value: failures.ref }],
      statistic: 'Sum',
      period: 300,
      evaluationPeriods: 1,
      threshold: 0,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: 'notBreaching',
    });
    quarantineAlarm(this, alarms);
    // 28 hours: from one night to the next, and four for queueing
    alarms.add('NoData', 'The newest closed day has no events in the lake, or the nightly job did not run.', {
      namespace: Fn.sub(NAMESPACE),
      metricName: 'NewestDayPartitions',
      statistic: 'Sum',
      period: HOUR,
      evaluationPeriods: 28,
      datapointsToAlarm: 28,
      threshold: 1,
      comparisonOperator: 'LessThanThreshold',
      treatMissingData: 'breaching',
    });
  }
}
