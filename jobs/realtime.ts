/**
 * The Lambda function behind the queue of notices: `node dist/jobs/realtime.js` as the entry point of the container image.
 *
 * Its environment is described at `settingsOf`. It logs a JSON document a line: `ready` once; `batch` with counts after each invocation;
 * `failed`, `damaged`, `gone`, `refused`, `time-up` for single objects.
 */
import { recordWriter } from '../src/job/log.js';
import { keepFreedMemory } from '../src/lake/duckdb-memory.js';
import type { LogLine } from '../src/realtime/realtime.js';
import { serveRuntime } from '../src/realtime/runtime-api.js';

keepFreedMemory();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const log: LogLine = recordWriter((line) => process.stdout.write(line), Date.now);

const host = process.env.AWS_LAMBDA_RUNTIME_API;
if (host === undefined) {
  process.stderr.write('realtime: this is the entry point of a Lambda function; AWS_LAMBDA_RUNTIME_API is not set\n');
  process.exit(64);
}

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

try {
  await serveRuntime(
    host,
    {
      async start() {
        // only now: DuckDB looks at its environment when it is loaded
        const { Realtime } = await import('../src/realtime/realtime.js');
        const { settingsOf } = await import('../src/realtime/settings.js');
        const realtime = await Realtime.open(settingsOf(process.env), log);
        // since the process began
        log('info', 'ready', { seconds: Math.round(performance.now()) / 1000 });
        return async ({ event, deadline }) => (await realtime.handle(event, deadline)).response;
      },
    },
    stop.signal,
  );
} catch (error) {
  log('error', 'ended', { code: (error as { code?: string }).code ?? 'INTERNAL', text: (error as Error).message });
  process.exitCode = 1;
}
