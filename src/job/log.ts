/** What a job tells on stdout, a JSON document a line: log records, and metrics in CloudWatch's embedded format. */

export interface JobLog {
  info(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
  /** @param metrics value and CloudWatch unit, by name */
  metrics(dimensions: Record<string, string>, metrics: Record<string, [value: number, unit: MetricUnit]>): void;
}

export type MetricUnit = 'Count' | 'Bytes' | 'Seconds';

export const METRIC_NAMESPACE = 'Falconry';

/** Writes log records, a JSON document a line. */
export function recordWriter(write: (line: string) => void, now: () => number) {
  return (level: 'info' | 'warn' | 'error', event: string, facts: object) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...facts })}\n`);
}

/** @param common stands in every record */
export function jobLog(common: Record<string, unknown>, write: (line: string) => void, now: () => number): JobLog {
  const record = recordWriter(write, now);
  return {
    info: (event, facts) => record('info', event, { ...common, ...facts }),
    error: (event, facts) => record('error', event, { ...common, ...facts }),
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
