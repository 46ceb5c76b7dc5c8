/** The nightly compaction: EventBridge Scheduler submits an array job with a fixed request. */
import { Fn, type Stack } from 'aws-cdk-lib';
import type { CfnJobDefinition, CfnJobQueue } from 'aws-cdk-lib/aws-batch';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { NIGHTLY_COMMAND } from './commands.js';
import { text, whole } from './parameters.js';
import { ofThisAccount, role, service } from './policy.js';

export function nightly(stack: Stack, queue: CfnJobQueue, definition: CfnJobDefinition): void {
  text(stack, 'NightlyCompaction', {
    description: 'Compact closed days every night',
    default: 'ENABLED',
    values: ['ENABLED', 'DISABLED'],
  });
  text(stack, 'NightlySchedule', {
    description: 'When, in UTC; a day closes at midnight',
    default: 'cron(15 2 * * ? *)',
    pattern: '^(cron|rate)\\(.+\\)$',
  });
  // an array has at least two children
  whole(stack, 'NightlyChildren', 'Jobs that share the partitions of a night', 8, 2, 1000);
  whole(stack, 'NightlyDays', 'Closed days to look at: a late object reopens its day', 3, 1, 366);

  const scheduler = role(stack, 'SchedulerRole', {
    description: 'Falconry: submits the nightly compaction',
    trust: service('scheduler.amazonaws.com', ofThisAccount),
    grants: [
      {
        sid: 'SubmitCompaction',
        actions: ['batch:SubmitJob'],
        resources: [`\${${queue.node.id}}`, `\${${definition.node.id}}`],
      },
    ],
  });
  new CfnSchedule(stack, 'Nightly', {
    description: 'Falconry: compacts closed days',
    state: Fn.ref('NightlyCompaction'),
    scheduleExpression: Fn.ref('NightlySchedule'),
    scheduleExpressionTimezone: 'UTC',
    flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
    target: {
      arn: Fn.sub('arn:${AWS::Partition}:scheduler:::aws-sdk:batch:submitJob'),
      roleArn: scheduler.attrArn,
      retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
      input: Fn.sub(requestOf(queue.node.id, definition.node.id)),
    },
  });
}

/** The request as JSON, with `${…}` for what the stack knows; a number is no text. */
function requestOf(queue: string, definition: string): string {
  const request = {
    JobName: '${AWS::StackName}-nightly',
    JobQueue: `\${${queue}}`,
    JobDefinition: `\${${definition}}`,
    ArrayProperties: { Size: '${NightlyChildren}' },
    ContainerOverrides: { Command: NIGHTLY_COMMAND },
  };
  return JSON.stringify(request).replace('"Size":"${NightlyChildren}"', '"Size":${NightlyChildren}');
}
