/** The core's stages over blocks that are already inflated: the scanner; scan and route; and all up to filled batches, without DuckDB. */
import { loadCompiled } from '../../src/convert/definitions.js';
import { knownFields } from '../../src/mapping/compile.js';
import { Normalizer } from '../../src/normalize/normalizer.js';
import { LineCells } from '../../src/scan/cells.js';
import { FieldDictionary } from '../../src/scan/dictionary.js';
import { FlatScanner } from '../../src/scan/flat.js';
import { inflated } from '../archive.js';
import type { SubjectInput, Work } from '../measurement.js';

/** Raw bytes that are sorted together, as the conversion does by default. */
const WINDOW_BYTES = 256 * 1024 * 1024;

export async function prepare({ archive }: SubjectInput, stage: string | undefined): Promise<Work> {
  const { mapping } = loadCompiled('1.2.0');
  const blocks = inflated(archive);
  if (stage === 'scan') {
    const scanner = new FlatScanner(new FieldDictionary(knownFields(mapping)));
    return async () => scan(scanner, blocks);
  }
  const normalizer = new Normalizer(mapping, { dedupe: false });
  return async () => normalize(normalizer, blocks, stage === 'fill');
}

function scan(scanner: FlatScanner, blocks: readonly Uint8Array[]): number {
  const cells = new LineCells();
  let lines = 0;
  for (const bytes of blocks) {
    for (let p = 0; p < bytes.length; lines++) {
      const next = scanner.scan(bytes, p, cells);
      // nested lines go to the exact parser, which is not measured here
      p = next < 0 ? bytes.indexOf(10, p) + 1 : next;
    }
  }
  return lines;
}

function normalize(normalizer: Normalizer, blocks: readonly Uint8Array[], fill: boolean): number {
  const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
  let window = 0;
  const flush = () => {
    if (fill) fillBatches(normalizer);
    normalizer.reset();
    window = 0;
  };
  normalizer.startUnit();
  for (const bytes of blocks) {
    normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, ({ reason }) => {
      throw new Error(`the sample has a line that is quarantined: ${reason}`);
    });
    window += bytes.length;
    if (window >= WINDOW_BYTES) flush();
  }
  flush();
  return outcomes.written;
}

function fillBatches(normalizer: Normalizer): void {
  for (const { group, order } of normalizer.sortedGroups()) {
    for (let start = 0; start < order.length; ) start += normalizer.batch(group, order, start).rows;
  }
}
