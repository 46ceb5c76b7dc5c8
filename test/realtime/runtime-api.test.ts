/** The function's own runtime loop against AWS's wire format, in a process of its own. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FunctionProcess } from '../../bench/function/function-process.js';
import { RuntimeApiServer } from '../../bench/function/runtime-api.js';
import { serveRuntime } from '../../src/realtime/runtime-api.js';
import { soundLines } from '../convert/made-archive.js';
import { startS3 } from '../convert/s3-places.js';
import type { S3Server } from '../support/s3-server.js';
import { noticedOn, s3Notice } from './notices.js';
import { keysUnder, realtimeEnv } from './realtime-places.js';

describe('the loop', () => {
  let api: RuntimeApiServer;
  beforeEach(async () => {
    api = await RuntimeApiServer.start();
  });
  afterEach(() => api.stop());

  it('hands over each invocation with its deadline, and posts the result or the error of that one', async () => {
    const seen: unknown[] = [];
    const stop = new AbortController();
    const served = serveRuntime(
      api.host,
      {
        start:
          async () =>
          async ({ event, deadline, requestId }) => {
            seen.push({ event, seconds: Math.round((deadline - Date.now()) / 1000), id: requestId.length });
            if ((event as { fail?: boolean }).fail) throw Object.assign(new Error('größer als erlaubt'), { code: 'TOO_LARGE' });
            return event;
          },
      },
      stop.signal,
    );
    expect(await api.invoke({ text: 'größe' }, 60)).toEqual({ payload: { text: 'größe' } });
    const failed = await api.invoke({ fail: true }, 30);
    expect(failed).toMatchObject({
      error: { errorMessage: 'größer als erlaubt', errorType: 'Function.TOO_LARGE', header: 'Function.TOO_LARGE' },
    });
    expect((failed as { error: { stackTrace: string[] } }).error.stackTrace[0]).toMatch(/^at /);
    expect(await api.invoke({ after: 1 })).toEqual({ payload: { after: 1 } });
    expect(seen).toMatchObject([{ seconds: 60, id: 36 }, { seconds: 30 }, { seconds: 900 }]);
    expect(process.env._X_AMZN_TRACE_ID).toMatch(/^Root=1-/);
    stop.abort();
    await served;
    const turn = ['GET invocation/next', 'POST invocation/<id>/response'];
    expect(api.requests.slice(0, 6)).toEqual([...turn, 'GET invocation/next', 'POST invocation/<id>/error', ...turn]);
  });

  it('reports a start that fails, and ends', async () => {
    const served = serveRuntime(api.host, { start: () => Promise.reject(new TypeError('no place to go')) });
    await expect(served).rejects.toThrow('no place to go');
    expect(api.initError).toMatchObject({
      errorMessage: 'no place to go',
      errorType: 'Function.TypeError',
      header: 'Function.TypeError',
    });
    expect(api.requests).toEqual(['POST init/error']);
  });

  it('ends with an error when the runtime API answers nonsense', async () => {
    const other = await import('node:http').then(({ createServer }) => createServer((_, response) => response.end('{}')));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const served = serveRuntime(`127.0.0.1:${port}`, { start: async () => async () => null });
    await expect(served).rejects.toMatchObject({ code: 'RUNTIME_API' });
    other.close();
  });
});

describe('the job', () => {
  let server: S3Server;
  let fn: FunctionProcess;
  beforeEach(async () => {
    server = await startS3();
  });
  afterEach(async () => {
    await fn.stop('SIGKILL');
    await server.stop();
  });

  const eventOf = (body: unknown) => ({
    Records: [{ messageId: 'm1', receiptHandle: 'r1', body: JSON.stringify(body), attributes: { ApproximateReceiveCount: '1' } }],
  });

  it('converts, answers with what failed, logs a document a line, and stops on SIGTERM', async () => {
    server.put('archive', 'fdr/data/b/one.gz', gzipSync(soundLines('one', 3)));
    fn = await FunctionProcess.start(realtimeEnv(server));
    const good = await fn.invoke(eventOf(s3Notice(noticedOn(server, 'fdr/data/b/one.gz'))));
    expect(good).toEqual({ payload: { batchItemFailures: [] } });
    expect(keysUnder(server, 'lake', 'root/ext/').length).toBeGreaterThan(0);
    const bad = await fn.invoke(eventOf({ nothing: 1 }));
    expect(bad).toEqual({ payload: { batchItemFailures: [{ itemIdentifier: 'm1' }] } });
    expect(await fn.invoke({ not: 'a queue' })).toMatchObject({ error: { errorType: 'Function.REALTIME_NO_QUEUE_EVENT' } });
    expect(await fn.stop()).toBe(0);
    const lines = fn.log();
    expect(lines.map(({ event }) => event)).toEqual(['ready', 'batch', 'failed', 'batch']);
    expect(lines[1]).toMatchObject({ level: 'info', events: { read: 3, written: 3 }, objects: { converted: 1 } });
  });

  it('says what its environment lacks', async () => {
    const { FALCONRY_LAKE: _, ...env } = realtimeEnv(server);
    fn = await FunctionProcess.start(env);
    expect((await fn.startFailure()).errorMessage).toBe('The function needs FALCONRY_LAKE in its environment.');
    expect(await fn.ended()).toBe(1);
    expect(fn.log()).toMatchObject([{ level: 'error', event: 'ended', code: 'OPTION_INVALID' }]);
  });
});
