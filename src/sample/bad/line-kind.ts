/** How a kind of bad line is declared. */
import type { EventMaker } from './event-maker.js';

export interface BadLineKind {
  kind: string;
  what: string;
  /** see {@link import('./kinds.js').BadLines.event} */
  event: boolean;
  make(maker: EventMaker): readonly (string | Uint8Array)[];
}

/** The line with the bytes in place of its `@`. */
export function withBytes(line: string, ...bytes: readonly number[]): Uint8Array {
  const [before, after] = line.split('@') as [string, string];
  return Buffer.concat([Buffer.from(before), Uint8Array.from(bytes), Buffer.from(after)]);
}
