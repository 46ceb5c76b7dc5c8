/** A script of faults: what goes wrong, for which requests, how often. */
import type { Operation } from './request.js';

export type Fault =
  /** an error answer instead of the operation */
  | { kind: 'answer'; status: number; code: string; elements?: Record<string, string>; headers?: Record<string, string> }
  /** the connection is reset before anything is done */
  | { kind: 'reset-before' }
  /** the operation is done, then the connection is reset instead of an answer */
  | { kind: 'reset-after' }
  /** the operation is done, but no answer comes, and the connection stays open */
  | { kind: 'no-answer' }
  /** the answer breaks off after so many bytes of its body: by a reset, or by an orderly close */
  | { kind: 'reset-body' | 'truncate-body'; after: number }
  /** the answer stops after so many bytes, the connection stays open */
  | { kind: 'stall-body'; after: number }
  /** the answer comes in pieces of so many bytes with so many milliseconds between */
  | { kind: 'slow-body'; bytes: number; delay: number }
  /** the whole object is given for a range of it */
  | { kind: 'ignore-range' }
  /** one bit of the answer's body is wrong */
  | { kind: 'corrupt-body' }
  /** status 200 with an error document; the operation is not done */
  | { kind: 'error-in-200'; code: string };

export const slowDown = (): Fault => ({ kind: 'answer', status: 503, code: 'SlowDown' });
export const internalError = (): Fault => ({ kind: 'answer', status: 500, code: 'InternalError' });
export const conflict = (): Fault => ({ kind: 'answer', status: 409, code: 'ConditionalRequestConflict' });
export const accessDenied = (): Fault => ({ kind: 'answer', status: 403, code: 'AccessDenied' });
export const resetBefore = (): Fault => ({ kind: 'reset-before' });
export const resetAfter = (): Fault => ({ kind: 'reset-after' });
export const noAnswer = (): Fault => ({ kind: 'no-answer' });
export const resetBody = (after: number): Fault => ({ kind: 'reset-body', after });
export const truncateBody = (after: number): Fault => ({ kind: 'truncate-body', after });
export const stallBody = (after: number): Fault => ({ kind: 'stall-body', after });
export const slowBody = (bytes: number, delay: number): Fault => ({ kind: 'slow-body', bytes, delay });
export const ignoreRange = (): Fault => ({ kind: 'ignore-range' });
export const corruptBody = (): Fault => ({ kind: 'corrupt-body' });
export const errorIn200 = (code = 'InternalError'): Fault => ({ kind: 'error-in-200', code });

/** A rule meets the requests that all its conditions match; of several rules the first that strikes counts. */
export interface FaultRule {
  fault: Fault;
  /** any, if left out */
  operation?: Operation | readonly Operation[];
  /** a key, or a pattern of keys; any if left out. Operations on a bucket have the key `''`. */
  key?: string | RegExp;
  /** how many matching requests pass first; default 0 */
  after?: number;
  /** how many are struck then; default all */
  times?: number;
  /** share of the matching requests that are struck, 0 to 1; default 1 */
  rate?: number;
}

/**
 * With a rate, whether a request is struck depends on the seed, the rule, the operation, the key and how often both were asked
 * together: not on the order in which different keys are asked.
 */
export class FaultScript {
  readonly #rules: { rule: FaultRule; matched: number; struck: number; asked: Map<string, number> }[] = [];

  constructor(readonly seed: number) {}

  add(...rules: FaultRule[]): void {
    for (const rule of rules) this.#rules.push({ rule, matched: 0, struck: 0, asked: new Map() });
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** Requests struck so far by the rules now in the script. */
  get struck(): number {
    return this.#rules.reduce((sum, { struck }) => sum + struck, 0);
  }

  /** The fault for a request, which is counted by asking. */
  next(operation: Operation, key: string): Fault | undefined {
    for (const [index, state] of this.#rules.entries()) {
      const { rule } = state;
      if (!matches(rule, operation, key) || state.matched++ < (rule.after ?? 0) || state.struck >= (rule.times ?? Infinity))
        continue;
      const id = `${operation} ${key}`;
      const asked = state.asked.get(id) ?? 0;
      state.asked.set(id, asked + 1);
      if (rule.rate !== undefined && share(`${this.seed}/${index}/${asked}/${id}`) >= rule.rate) continue;
      state.struck++;
      return rule.fault;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, operation: Operation, key: string): boolean {
  if (rule.operation !== undefined && ![rule.operation].flat().includes(operation)) return false;
  return rule.key === undefined || (typeof rule.key === 'string' ? rule.key === key : rule.key.test(key));
}

/** A number in [0, 1) that depends on the text alone (FNV-1a, then a finalizer to spread it). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
