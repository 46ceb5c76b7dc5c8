/** Lambda's runtime API on this machine: hands invocations to one runtime, in AWS's wire format, and takes its answers. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface FunctionError {
  errorMessage: string;
  errorType: string;
  stackTrace: string[];
  /** the header that Lambda reads beside the body */
  header: string | undefined;
}

export type InvocationResult = { payload: unknown } | { error: FunctionError };

interface Invocation {
  id: string;
  payload: string;
  deadline: number;
  settle: (result: InvocationResult) => void;
}

const PREFIX = '/2018-06-01/runtime/';

export class RuntimeApiServer {
  /** what `init/error` said */
  initError: FunctionError | undefined;
  readonly requests: string[] = [];
  readonly #queue: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  readonly #sockets = new Set<Socket>();
  readonly #http: Server;
  #waiting: ServerResponse | undefined;
  #onReady: (() => void) | undefined;
  #onInitError: ((error: FunctionError) => void) | undefined;

  private constructor() {
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<RuntimeApiServer> {
    const server = new RuntimeApiServer();
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** As `AWS_LAMBDA_RUNTIME_API` has it. */
  get host(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** @param seconds until Lambda would end the process; here it only says so */
  invoke(event: unknown, seconds = 900): Promise<InvocationResult> {
    return new Promise((settle) => {
      this.#queue.push({ id: randomUUID(), payload: JSON.stringify(event), deadline: Date.now() + seconds * 1000, settle });
      this.#deliver();
    });
  }

  /** Settles when a runtime asks for its next invocation, which ends Lambda's init phase. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting === undefined) this.#onReady = resolve;
      else resolve();
    });
  }

  /** Settles when the runtime says that it cannot start. */
  startFailure(): Promise<FunctionError> {
    return new Promise((resolve) => {
      if (this.initError !== undefined) resolve(this.initError);
      else this.#onInitError = resolve;
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').slice(PREFIX.length);
    this.requests.push(`${request.method} ${path.replace(/[0-9a-f-]{36}/, '<id>')}`);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    if (request.url?.startsWith(PREFIX) !== true) return answer(response, 404, {});
    if (request.method === 'GET' && path === 'invocation/next') {
      this.#waiting = response;
      this.#onReady?.();
      this.#onReady = undefined;
      this.#deliver();
      return;
    }
    if (request.method !== 'POST') return answer(response, 405, {});
    const failure = () =>
      ({ ...JSON.parse(body), header: request.headers['lambda-runtime-function-error-type'] }) as FunctionError;
    if (path === 'init/error') {
      this.initError = failure();
      this.#onInitError?.(this.initError);
      return answer(response, 202, { status: 'OK' });
    }
    const [, id, kind] = /^invocation\/([0-9a-f-]{36})\/(response|error)$/.exec(path) ?? [];
    const running = this.#running.get(id ?? '');
    if (running === undefined) return answer(response, 400, { errorType: 'InvalidRequestID' });
    this.#running.delete(running.id);
    answer(response, 202, { status: 'OK' });
    running.settle(kind === 'error' ? { error: failure() } : { payload: JSON.parse(body) });
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    const response = this.#waiting;
    this.#waiting = undefined;
    this.#running.set(next.id, next);
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(next.deadline),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:111122223333:function:falconry-realtime',
      'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
    });
    response.end(next.payload);
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
