/** Sends an answer, or as much of it as a fault lets through. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.js';
import type { Fault } from './faults.js';

/** @returns bytes of body that were sent */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  fault: Fault | undefined,
): Promise<number> {
  const body = fault?.kind === 'corrupt-body' ? flipBit(answer.body) : answer.body;
  const headers: Record<string, string> = { 'content-length': String(body.length), ...answer.headers };
  if (answer.status === 204 || answer.status === 304) delete headers['content-length'];
  if (head) {
    if (answer.status >= 400) delete headers['content-length'];
    response.writeHead(answer.status, headers).end();
    return 0;
  }
  response.writeHead(answer.status, headers);
  switch (fault?.kind) {
    case 'reset-body':
    case 'truncate-body':
    case 'stall-body': {
      const sent = body.subarray(0, Math.min(fault.after, Math.max(0, body.length - 1)));
      response.flushHeaders();
      await written(response, sent);
      if (fault.kind === 'reset-body') reset(response);
      else if (fault.kind === 'truncate-body') response.socket?.end();
      return sent.length;
    }
    case 'slow-body':
      for (let at = 0; at < body.length && !response.destroyed; at += fault.bytes) {
        await written(response, body.subarray(at, at + fault.bytes));
        await sleep(fault.delay);
      }
      response.end();
      return body.length;
    default:
      response.end(body);
      return body.length;
  }
}

/** A reset (RST) where the engine can send one, else an abrupt close. */
export function reset(response: ServerResponse): void {
  const { socket } = response;
  if (typeof socket?.resetAndDestroy === 'function') socket.resetAndDestroy();
  else socket?.destroy();
}

function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', () => resolve());
    response.write(bytes, () => resolve());
  });
}

function flipBit(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const middle = copy.length >>> 1;
  if (copy.length > 0) copy[middle] = copy[middle]! ^ 1;
  return copy;
}
