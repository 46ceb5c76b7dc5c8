/** What a job tells on stdout, a JSON document a line: log records, and metrics in CloudWatch's embedded format. */

export interface JobLog {
  info(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
  /** @param metrics value and CloudWatch unit, by name */
  metrics(dimensions: Record<string, string>, metrics: Record<string, [value: number, unit: MetricUnit]>): void;
}

export type MetricUnit = 'Count' | 'Bytes' | 'Seconds';

export const METRIC_NAMESPACE = 'Falconry';

/** @param common stands in every record */
export function jobLog(common: Record<string, unknown>, write: (line: string) => void, now: () => number): JobLog {
  const record =
    (level: string) =>
    (event: string, facts: Record<string, unknown> = {}) =>
      write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...common, ...facts })}\n`);
  return {
    info: record('info'),
    error: record('error'),
    metrics(dimensions, metrics) {
      const definitions = Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit }));
      const values = Object.fromEntries(Object.entries(metrics).map(([name, [value]]) => [name, value]));
      const head = {
        Timestamp: now(),
        CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: definitions }],
      };
      write(`${JSON.stringify({ _aws: head, event: 'metrics', ...common, ...dimensions, ...values })}\n`);
    },
  };
}
