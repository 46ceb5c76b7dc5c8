/** What the core asks of facts from outside the window: plain lookups, handed in by whoever holds the facts. */
import type { FactKind } from '../mapping/plan.js';
import type { Cursor } from './made-text.js';

/** Bytes in a block; `length` 0 where there are none. */
export interface TextAt {
  bytes: Uint8Array;
  offset: number;
  length: number;
}

/** Whose facts are asked for: the object's `uid`, on a host, of a tenant. */
export interface FactKey {
  uid: TextAt;
  aid: TextAt;
  cid: TextAt;
}

export interface FactSource {
  /**
   * The facts as of a time: the latest at or before it, or else the earliest after it.
   *
   * @param timeMs epoch milliseconds
   * @returns a number that names these facts for as long as the source lives, from 0; -1: nothing is known
   */
  find(kind: FactKind, key: FactKey, timeMs: number): number;
  /** Whether what {@link find} found last is from after the time. */
  readonly isLater: boolean;
  /**
   * The text of a field, valid until the next call.
   *
   * @returns false where the facts lack it
   */
  text(kind: FactKind, fact: number, field: string, at: Pick<Cursor, 'bytes' | 'offset' | 'length'>): boolean;
}
