/**
 * The Lambda function behind the queue of notices: `node dist/jobs/realtime.js` as the entry point of the container image.
 *
 * Its environment is described at `settingsOf`. It logs a JSON document a line: `batch` with counts after each invocation; `failed`,
 * `damaged`, `gone`, `refused`, `time-up` for single objects.
 */
import { recordWriter } from '../src/job/log.js';
import { type LogLine, Realtime } from '../src/realtime/realtime.js';
import { serveRuntime } from '../src/realtime/runtime-api.js';
import { settingsOf } from '../src/realtime/settings.js';

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
        const begun = performance.now();
        const realtime = await Realtime.open(settingsOf(process.env), log);
        log('info', 'ready', { seconds: Math.round(performance.now() - begun) / 1000 });
        return async ({ event, deadline }) => (await realtime.handle(event, deadline)).response;
      },
    },
    stop.signal,
  );
} catch (error) {
  log('error', 'ended', { code: (error as { code?: string }).code ?? 'INTERNAL', text: (error as Error).message });
  process.exitCode = 1;
}
