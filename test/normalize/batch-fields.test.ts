/** Rows packed into a window's table and unpacked into a batch: every field where it was, whatever its length, id and kind. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchFields } from '../../src/normalize/batch-fields.js';
import { BatchText } from '../../src/normalize/batch-text.js';
import { fieldCode, RowTable } from '../../src/normalize/row-table.js';
import { LineCells } from '../../src/scan/cells.js';

const RUNS = { seed: 65_535, numRuns: 300 };
const SLOTS = 40;

type Field =
  | { kind: 'none' }
  | { kind: 'slot'; slot: number; isPlaceholder: boolean; text: string }
  | { kind: 'further'; field: number; text: string }
  | { kind: 'key'; key: string; text: string };

/** Around the borders of an entry that is one number, and of copying by words. */
const length = fc.oneof(
  { weight: 20, arbitrary: fc.nat(20) },
  { weight: 3, arbitrary: fc.integer({ min: 90, max: 110 }) },
  { weight: 1, arbitrary: fc.constantFrom(65_534, 65_535, 65_536, 70_000) },
);
const text = fc.tuple(length, fc.integer({ min: 32, max: 126 })).map(([n, first]) => {
  const bytes = Buffer.alloc(n);
  for (let i = 0; i < n; i++) bytes[i] = 32 + ((first + i * 7) % 95);
  return bytes.toString('latin1');
});
const field: fc.Arbitrary<Field> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('none' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('slot' as const), slot: fc.nat(SLOTS - 1), isPlaceholder: fc.boolean(), text }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('further' as const),
      field: fc.oneof(fc.nat(8191), fc.constantFrom(8191, 8192, 65_535)),
      text,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('key' as const), key: text, text }) },
);
/** A line has a field once. */
const line = fc.uniqueArray(field, {
  maxLength: 30,
  selector: (f) => (f.kind === 'slot' ? `s${f.slot}` : f.kind === 'further' ? `f${f.field}` : f),
});

function append(rows: RowTable, fields: readonly Field[], uid: number): void {
  const cells = new LineCells();
  const parts: Buffer[] = [Buffer.from('?')];
  let used = 1;
  const put = (part: string) => {
    parts.push(Buffer.from(part, 'latin1'), Buffer.from('"'));
    used += part.length + 1;
    return used - part.length - 1;
  };
  let bytes = 0;
  const codes = Int32Array.from(fields, (f, i) => {
    if (f.kind === 'none') {
      cells.length[i] = -1;
      return fieldCode.none;
    }
    cells.offset[i] = put(f.text);
    cells.length[i] = f.text.length;
    bytes += f.text.length;
    if (f.kind === 'slot') return fieldCode.slot(f.slot, f.isPlaceholder);
    if (f.kind === 'further') return fieldCode.further(f.field);
    cells.keyOffset[i] = put(f.key);
    cells.keyLength[i] = f.key.length;
    bytes += f.key.length;
    return fieldCode.key(f.key.length);
  });
  cells.count = fields.length;
  cells.bytes = new Uint8Array(Buffer.concat(parts));
  rows.append(cells, codes, bytes, uid);
}

function unpacked(batch: BatchFields, position: number): Field[] {
  const at = (offset: number, n: number) => Buffer.from(batch.bytes.subarray(offset, offset + n)).toString('latin1');
  const found: Field[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const n = batch.length[batch.slotAt(slot) + position]!;
    if (n === -1) continue;
    const size = n < 0 ? -2 - n : n;
    found.push({ kind: 'slot', slot, isPlaceholder: n < 0, text: at(batch.offset[batch.slotAt(slot) + position]!, size) });
  }
  for (let k = batch.firstFurther[position]!; k < batch.firstFurther[position + 1]!; k++) {
    const [id, offset, n] = [batch.furtherField[k]!, batch.furtherOffset[k]!, batch.furtherLength[k]!];
    if (id >= 0) found.push({ kind: 'further', field: id, text: at(offset, n) });
    else found.push({ kind: 'key', key: at(offset + n, -1 - id), text: at(offset, n) });
  }
  return found;
}

const bySlot = (fields: readonly Field[]): Field[] => [
  ...fields.filter((f) => f.kind === 'slot').sort((a, b) => a.slot - b.slot),
  ...fields.filter((f) => f.kind === 'further' || f.kind === 'key'),
];

test('rows come out as they went in, in any order, window after window', () => {
  const rows = new RowTable();
  const text = new BatchText();
  const batch = new BatchFields(16, SLOTS, text);
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
      rows.reset();
      for (const fields of lines) append(rows, fields, -1);
      const order = Int32Array.from(lines.keys()).reverse();
      const count = batch.take(rows, order, 0, order.length);
      expect(count).toBe(lines.length);
      for (let i = 0; i < count; i++) expect(unpacked(batch, i)).toEqual(bySlot(lines[order[i]!]!));
      const bytes = lines.flat().reduce((sum, f) => sum + ('text' in f ? f.text.length : 0) + ('key' in f ? f.key.length : 0), 0);
      expect(text.used.length).toBe(bytes);
    }),
    RUNS,
  );
});

test('rows of more text than a batch takes come in several batches, and a row that is longer still alone', () => {
  const rows = new RowTable();
  const sizes = [9, 9, 1, 20, 1, 1].map((MiB) => MiB * 1024 * 1024);
  for (const [i, size] of sizes.entries()) {
    const letter = String.fromCharCode(97 + i);
    append(rows, [{ kind: 'slot', slot: 0, isPlaceholder: false, text: letter.repeat(size) }], 0);
  }
  const batch = new BatchFields(16, SLOTS, new BatchText());
  const order = Int32Array.from(sizes.keys());
  const counts: number[] = [];
  for (let start = 0; start < order.length; start += counts.at(-1)!) {
    counts.push(batch.take(rows, order, start, order.length - start));
    for (let i = 0; i < counts.at(-1)!; i++) {
      const at = batch.slotAt(0) + i;
      expect(batch.length[at]).toBe(sizes[start + i]);
      expect(batch.bytes[batch.offset[at]! + batch.length[at]! - 1]).toBe(97 + start + i);
    }
  }
  expect(counts).toEqual([1, 2, 1, 2]);
});

test('more rows than there was room for keep what they had', () => {
  const rows = new RowTable();
  const count = (1 << 19) + 10;
  for (let i = 0; i < count; i++) append(rows, [{ kind: 'slot', slot: 1, isPlaceholder: false, text: String(i) }], 0);
  const batch = new BatchFields(16, SLOTS, new BatchText());
  const order = Int32Array.of(0, 1, (1 << 19) - 1, 1 << 19, count - 1);
  batch.take(rows, order, 0, order.length);
  expect(Array.from(order, (_, i) => unpacked(batch, i))).toEqual(
    Array.from(order, (row) => [{ kind: 'slot', slot: 1, isPlaceholder: false, text: String(row) }]),
  );
  expect(rows.uidLength[count - 1]).toBe(String(count - 1).length);
});
