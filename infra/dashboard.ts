/** One page: how much comes in, what becomes of it, what failed. */
import { Fn, type Stack } from 'aws-cdk-lib';
import { type CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { NAMESPACE } from './observe.js';

interface Widget {
  title: string;
  /** metric names of the stack's namespace, or whole metrics */
  metrics: (string | string[])[];
  period?: number;
}

const WIDGETS: Widget[] = [
  {
    title: 'Events: read = written + quarantined + duplicate + filtered',
    metrics: ['EventsRead', 'EventsWritten', 'EventsQuarantined', 'EventsDuplicate', 'EventsFiltered'],
  },
  { title: 'Bytes: archive in, Parquet out', metrics: ['CompressedBytes', 'WrittenBytes'] },
  { title: 'Damaged files', metrics: ['DamagedFiles'] },
  { title: 'Partitions of the newest closed day', metrics: ['NewestDayPartitions'], period: 86_400 },
];

export function dashboard(stack: Stack, alarms: readonly CfnAlarm[], failedRule: string): void {
  const variables: Record<string, string> = { FailedRule: failedRule };
  alarms.forEach((alarm, i) => {
    variables[`Alarm${i}`] = alarm.attrArn;
  });
  const widgets = [
    ...WIDGETS,
    { title: 'Jobs failed', metrics: [['AWS/Events', 'TriggeredRules', 'RuleName', '${FailedRule}']] },
  ];
  const body = {
    widgets: [
      place(0, { type: 'alarm', properties: { title: 'Alarms', alarms: alarms.map((_, i) => `\${Alarm${i}}`) } }),
      ...widgets.map(({ title, metrics, period = 300 }: Widget, i) =>
        place(i + 1, {
          type: 'metric',
          properties: {
            title,
            region: '${AWS::Region}',
            view: 'timeSeries',
            stat: 'Sum',
            period,
            metrics: metrics.map((metric) => (typeof metric === 'string' ? [NAMESPACE, metric] : metric)),
          },
        }),
      ),
      place(widgets.length + 1, {
        type: 'log',
        properties: {
          title: 'What failed, by reason',
          region: '${AWS::Region}',
          view: 'table',
          query: `SOURCE '\${JobLogs}' | filter level = "error" | stats count(*) as times, latest(message) as last by code | sort times desc`,
        },
      }),
    ],
  };
  new CfnDashboard(stack, 'Dashboard', {
    dashboardName: Fn.sub('${AWS::StackName}'),
    dashboardBody: Fn.sub(JSON.stringify(body), variables),
  });
}

/** Two in a row. */
const place = (index: number, widget: object) => ({
  ...widget,
  x: (index % 2) * 12,
  y: Math.floor(index / 2) * 6,
  width: 12,
  height: 6,
});
