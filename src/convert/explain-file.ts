/** One file of events, explained line by line as `convert` would take it: the same reading, limits and core; nothing is written. */

import type { Damage, LineBlock } from '../archive/block.js';
import { blankByteOrderMark } from '../archive/byte-order-mark.js';
import { type OpenFile, readBlocks } from '../archive/inflate.js';
import type { CompiledMapping } from '../mapping/plan.js';
import { Explainer } from '../normalize/explainer.js';
import type { Explanation } from '../normalize/explanation.js';

export interface ExplainOptions {
  mapping: CompiledMapping;
  /** the secondary feed whose rows the file holds; absent: events */
  feed?: string;
  /** only events of this type; quarantined lines, which have none, are counted and not told */
  eventType?: string;
  /** explain no more lines than this, and read no further */
  limit?: number;
}

/** What was read; `read` is the sum of `written` and `quarantined`. */
export interface ExplainSummary {
  read: number;
  written: number;
  quarantined: number;
  explained: number;
  /** reading ended at the limit */
  stopped: boolean;
  damage?: Damage;
}

const HEAD_SHOWN = 200;
const NEWLINE = 10;

/**
 * Explains a gzip file or text line by line. Memory: one block (16 MiB) and what one line needs.
 *
 * @throws what opening the file throws; later failures, as damage does, end up in the summary
 */
export async function* explainFile(
  open: OpenFile,
  { mapping, feed, eventType, limit }: ExplainOptions,
): AsyncGenerator<Explanation, ExplainSummary, void> {
  const explainer = new Explainer(mapping);
  const summary: ExplainSummary = { read: 0, written: 0, quarantined: 0, explained: 0, stopped: false };
  const isFull = () => limit !== undefined && summary.explained >= limit;
  for await (const part of readBlocks(open)) {
    if (part.kind === 'end') {
      const { damage, cause } = part.summary;
      if (damage?.reason === 'read-error' && summary.read === 0) throw cause;
      if (damage !== undefined) summary.damage = damage;
      continue;
    }
    const explanations = part.kind === 'lines' ? linesOf(part.block, explainer, feed) : [oversize(part.line)];
    for (const explanation of explanations) {
      summary.read++;
      summary[explanation.outcome]++;
      if (eventType !== undefined && (explanation.outcome !== 'written' || explanation.eventType !== eventType)) continue;
      summary.explained++;
      yield explanation;
      if (!isFull()) continue;
      summary.stopped = true;
      return summary;
    }
  }
  return summary;
}

function* linesOf(
  { bytes, length, offset, firstLine }: LineBlock,
  explainer: Explainer,
  feed: string | undefined,
): Generator<Explanation, void, void> {
  if (offset === 0) blankByteOrderMark(bytes);
  for (let start = 0, line = firstLine; start < length; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    const explanation = explainer.explain(bytes.subarray(start, end), line, offset + start, feed);
    if (explanation !== undefined) yield explanation;
    start = end + 1;
  }
}

function oversize({ line, offset, head }: { line: number; offset: number; head: Uint8Array }): Explanation {
  const text = `${Buffer.from(head.subarray(0, HEAD_SHOWN)).toString('utf8')}…`;
  return { outcome: 'quarantined', line, offset, reason: 'line-too-long', text };
}
