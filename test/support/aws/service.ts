/** What the test's STS, Glue and Security Lake share: a signed request in, an answer in the service's own format out. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Error } from '../s3/answer.js';
import type { Principal } from '../s3/request.js';
import { authenticate } from '../s3/sigv4.js';

export interface ServiceRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  principal: Principal;
  region: string;
}

/** An error as the service says it. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Meets so many requests of an operation (default: of any, all), after some that pass. */
export interface ServiceFault {
  operation?: string;
  after?: number;
  times?: number;
  /** `reset-after`: the operation is done, and its answer is lost */
  error: ServiceError | 'reset-before' | 'reset-after';
}

export const throttled = (code = 'ThrottlingException') => new ServiceError(400, code, 'Rate exceeded');
export const denied = (code = 'AccessDeniedException') => new ServiceError(403, code, 'User is not authorized');

export abstract class ServiceServer {
  /** requests so far, by operation, those that fail too */
  readonly counts = new Map<string, number>();
  readonly faults: (ServiceFault & { seen?: number })[] = [];
  readonly #http: Server;

  /** @param principals who may ask; may grow */
  constructor(
    private readonly service: string,
    protected readonly principals: Principal[],
  ) {
    this.#http = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  get endpointUrl(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  count(operation: string): number {
    return this.counts.get(operation) ?? 0;
  }

  protected abstract operationOf(request: Omit<ServiceRequest, 'principal' | 'region'>): string;
  /** @returns the answer's body */
  protected abstract answer(operation: string, request: ServiceRequest): string;
  protected abstract errorBody(error: ServiceError): { body: string; headers?: Record<string, string> };
  protected abstract readonly contentType: string;

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const raw = Buffer.concat(parts);
    const { headers, url = '/', method = '' } = message;
    const request = { method, path: url.split('?')[0]!, headers, body: raw.toString('utf8') };
    response.setHeader('x-amzn-requestid', randomUUID());
    response.setHeader('content-type', this.contentType);
    // Node's own would not follow a clock that a test has set
    response.setHeader('date', new Date().toUTCString());
    try {
      const operation = this.operationOf(request);
      this.counts.set(operation, this.count(operation) + 1);
      const fault = this.#fault(operation);
      if (fault === 'reset-before') return void message.socket.destroy();
      if (fault instanceof ServiceError) throw fault;
      const route = {
        operation: 'GetObject' as const,
        bucket: '',
        key: '',
        path: request.path,
        query: new Map<string, string>(),
      };
      const who = authenticate(method, route, headers, this.principals, { service: this.service, body: raw });
      const body = this.answer(operation, { ...request, ...who });
      if (fault === 'reset-after') return void message.socket.destroy();
      response.end(body);
    } catch (error) {
      const known =
        error instanceof ServiceError
          ? error
          : error instanceof S3Error
            ? new ServiceError(error.status, error.code, error.message)
            : new ServiceError(500, 'InternalFailure', String((error as Error).stack));
      const { body, headers: more = {} } = this.errorBody(known);
      response.writeHead(known.status, more).end(body);
    }
  }

  #fault(operation: string): ServiceFault['error'] | undefined {
    for (const fault of this.faults) {
      if (fault.operation !== undefined && fault.operation !== operation) continue;
      fault.seen = (fault.seen ?? 0) + 1;
      const { after = 0, times = Number.POSITIVE_INFINITY } = fault;
      if (fault.seen > after && fault.seen <= after + times) return fault.error;
    }
    return undefined;
  }
}
