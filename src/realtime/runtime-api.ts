/**
 * Lambda's runtime API, from the function's side: asks for the next invocation, answers it, asks again. A container image needs no more.
 *
 * The wire: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. `next` waits for as long as nothing happens, which `fetch`
 * would not (it gives up on headers after five minutes), and while it waits the process may be frozen.
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { runtimeAnswer } from './errors.js';

const VERSION = '2018-06-01';

export interface Invocation {
  requestId: string;
  /** epoch ms after which the process is ended */
  deadline: number;
  /** the payload, parsed */
  event: unknown;
}

export interface RuntimeFunction {
  /** once, before the first invocation; may throw */
  start(): Promise<(invocation: Invocation) => Promise<unknown>>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * Serves invocations until `signal` aborts or the runtime API is gone. What the handler throws fails its invocation alone.
 *
 * @param host `AWS_LAMBDA_RUNTIME_API`
 * @throws what `start` throws, after it was reported; RUNTIME_API; the network's errors
 */
export async function serveRuntime(host: string, { start }: RuntimeFunction, signal?: AbortSignal): Promise<void> {
  const api = new RuntimeApi(host, signal);
  try {
    const handle = await start().catch(async (error) => {
      await api.post('init/error', errorBody(error), errorHeaders(error));
      throw error;
    });
    for (;;) {
      const { headers, body } = await api.next();
      const requestId = String(headers['lambda-runtime-aws-request-id']);
      const deadline = Number(headers['lambda-runtime-deadline-ms']);
      // read by the X-Ray SDK and by AWS's own, if tracing is on
      const trace = headers['lambda-runtime-trace-id'];
      if (trace !== undefined) process.env._X_AMZN_TRACE_ID = String(trace);
      try {
        const result = await handle({ requestId, deadline, event: JSON.parse(body) });
        await api.post(`invocation/${requestId}/response`, JSON.stringify(result ?? null));
      } catch (error) {
        if ((error as { code?: string }).code === 'RUNTIME_API') throw error;
        await api.post(`invocation/${requestId}/error`, errorBody(error), errorHeaders(error));
      }
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    api.close();
  }
}

class RuntimeApi {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly host: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async next(): Promise<Answer> {
    const answer = await this.#send('GET', 'invocation/next', undefined, {}, this.signal);
    if (answer.status !== 200 || answer.headers['lambda-runtime-aws-request-id'] === undefined) {
      throw runtimeAnswer('invocation/next', `${answer.status}`);
    }
    return answer;
  }

  async post(path: string, body: string, headers: Record<string, string> = {}): Promise<void> {
    const { status } = await this.#send('POST', path, body, headers);
    if (status >= 300) throw runtimeAnswer(path, `${status}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const url = `http://${this.host}/${VERSION}/runtime/${path}`;
      const bytes = body === undefined ? undefined : Buffer.from(body);
      const asked = request(
        url,
        {
          method,
          agent: this.#agent,
          headers: { ...headers, ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }) },
          ...(signal && { signal }),
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
          );
        },
      );
      asked.once('error', reject);
      asked.end(bytes);
    });
  }
}

function errorBody(error: unknown): string {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const stackTrace = stack
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
  return JSON.stringify({ errorMessage: message, errorType: typeOf(error), stackTrace });
}

const errorHeaders = (error: unknown) => ({ 'lambda-runtime-function-error-type': typeOf(error) });

const typeOf = (error: unknown): string =>
  `Function.${(error as { code?: string }).code ?? (error instanceof Error ? error.name : 'Error')}`;
