/** Long work on a terminal: a progress line, and signals that stop it cleanly. */
import { ProgressLine } from './progress-line.js';

export interface Stoppable<T> {
  showProgress: boolean;
  /** what becomes of the work under way when it is stopped: "giving up the units under way" */
  stopping: string;
  run(line: ProgressLine, signal: AbortSignal): Promise<T>;
}

/**
 * The first Ctrl-C or SIGTERM stops the work cleanly, the second ends the process at once.
 *
 * @returns what the work returned, and the exit code of a stop: 130, or 143 after SIGTERM
 */
export async function runWithSignals<T>({ showProgress, stopping, run }: Stoppable<T>): Promise<{ result: T; stopCode: number }> {
  const line = new ProgressLine(showProgress);
  const abort = new AbortController();
  let stopCode = 130;
  const onSignal = (signal: NodeJS.Signals) => {
    stopCode = signal === 'SIGTERM' ? 143 : 130;
    if (abort.signal.aborted) process.exit(stopCode);
    line.clear();
    process.stderr.write(`Stopping: ${stopping}; press Ctrl-C again to leave at once.\n`);
    abort.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const result = await run(line, abort.signal);
    return { result, stopCode };
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    line.clear();
  }
}
