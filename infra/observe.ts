/** Log groups, and the metrics and alarms that come of them. */
import { CfnCondition, type CfnParameter, Fn, type Stack, Validations } from 'aws-cdk-lib';
import { CfnAlarm, type CfnAlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, CfnMetricFilter } from 'aws-cdk-lib/aws-logs';
import { arn, isGiven, whole } from './parameters.js';

export function logGroup(stack: Stack, id: string, name: string, key: CfnKey, retention: CfnParameter): CfnLogGroup {
  return new CfnLogGroup(stack, id, {
    logGroupName: Fn.sub(name),
    retentionInDays: retention.valueAsNumber,
    kmsKeyId: key.attrArn,
  });
}

/** The metrics of a stack stand in a namespace of its own, without dimensions: an alarm cannot search. */
export const NAMESPACE = 'Falconry/${AWS::StackName}';

/**
 * A metric out of a job's log: the sum of a member of its JSON records.
 *
 * @param event which records: their `event`
 */
export function logMetric(stack: Stack, logs: CfnLogGroup, event: string, member: string, name: string): void {
  new CfnMetricFilter(stack, `${logs.node.id}${name}`, {
    logGroupName: logs.ref,
    filterPattern: `{ $.event = "${event}" && $.${member} >= 0 }`,
    metricTransformations: [{ metricNamespace: Fn.sub(NAMESPACE) as string, metricName: name, metricValue: `$.${member}` }],
  });
}

export const HOUR = 3600;

/** `QuarantineRate`, out of what {@link logMetric} counts as EventsRead and EventsQuarantined. */
export function quarantineAlarm(stack: Stack, alarms: Alarms): void {
  const percent = whole(
    stack,
    'QuarantinePercent',
    'Percent of events in quarantine, within an hour, that raise an alarm',
    1,
    0,
    100,
  );
  const sum = (id: string, metricName: string) => ({
    id,
    returnData: false,
    metricStat: { stat: 'Sum', period: HOUR, metric: { namespace: Fn.sub(NAMESPACE), metricName } },
  });
  alarms.add('QuarantineRate', 'More events than usual cannot be converted.', {
    metrics: [
      sum('quarantined', 'EventsQuarantined'),
      sum('read', 'EventsRead'),
      { id: 'percent', expression: 'IF(read > 0, 100 * quarantined / read, 0)', label: 'percent', returnData: true },
    ],
    evaluationPeriods: 1,
    threshold: percent.valueAsNumber,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
  });
}

export class Alarms {
  readonly all: CfnAlarm[] = [];
  readonly #stack: Stack;
  readonly #hasTopic: CfnCondition;
  readonly #topic: CfnParameter;

  constructor(stack: Stack) {
    this.#stack = stack;
    this.#topic = arn(stack, 'AlarmTopicArn', 'The SNS topic that alarms go to; empty: they only show', 'sns');
    this.#hasTopic = new CfnCondition(stack, 'HasAlarmTopic', { expression: isGiven(this.#topic) });
  }

  /** @param description what it means; `docs/operations.md` has a section of the alarm's name that says what to do */
  add(id: string, description: string, props: Omit<CfnAlarmProps, 'alarmActions' | 'alarmDescription' | 'alarmName'>): CfnAlarm {
    const action = Fn.conditionIf(this.#hasTopic.logicalId, this.#topic.valueAsString, Fn.ref('AWS::NoValue')).toString();
    const alarm = new CfnAlarm(this.#stack, `${id}Alarm`, {
      alarmName: Fn.sub(`\${AWS::StackName}-${id}`),
      alarmDescription: `${description} See docs/operations.md, ${id}.`,
      alarmActions: [action],
      okActions: [action],
      ...props,
    });
    Validations.of(alarm).acknowledge({ id: 'CloudFormation-Validate::W1030', reason: 'An empty topic is left out.' });
    this.all.push(alarm);
    return alarm;
  }
}
