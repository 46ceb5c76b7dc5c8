/**
 * A table of facts: who → what held from when on. One form in memory and in a file: arrays that threads read together.
 *
 * Bytes an owner: its key, 4 for where it ends, 8 to 16 for its hash, 8 for where its versions are, and for each version 12, and
 * 4 a field and its new texts where no other has the same.
 */
import { ByteDictionary, type DictionaryArrays, numberOf } from './byte-dictionary.js';
import { snapshotTooLarge } from './errors.js';
import { FactLog } from './fact-log.js';

/** Bytes with the place of a text in them. */
export interface TextPlace {
  bytes: Uint8Array;
  offset: number;
  length: number;
}

export interface FactArrays {
  keys: DictionaryArrays;
  /** of each key: its first version, and how many it has */
  first: Uint32Array;
  versions: Uint32Array;
  /** of each version: from when on (epoch ms), and what: a row of {@link rows} */
  times: Float64Array;
  values: Uint32Array;
  /** each a text's number + 1 a field, 0 where there is none */
  rows: Uint32Array;
  texts: Pick<DictionaryArrays, 'heap' | 'ends'>;
}

export class FactTable {
  /** whether what {@link find} found last is from after the time asked for */
  isLater = false;

  constructor(
    readonly fields: readonly string[],
    readonly arrays: FactArrays,
  ) {}

  /** Owners of facts. */
  get size(): number {
    return this.arrays.first.length;
  }

  /**
   * The row of the latest version at or before a time; where there is none, of the earliest after it.
   *
   * @param timeMs epoch milliseconds
   * @returns -1: no such key
   */
  find(bytes: Uint8Array, offset: number, length: number, timeMs: number): number {
    const { keys, first, versions, times, values } = this.arrays;
    this.isLater = false;
    const key = numberOf(keys, bytes, offset, length);
    if (key < 0) return -1;
    const start = first[key]!;
    let low = start;
    let high = start + versions[key]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[middle]! <= timeMs) low = middle + 1;
      else high = middle;
    }
    if (low > start) return values[low - 1]!;
    this.isLater = true;
    return values[start]!;
  }

  /** A field's text; false where the row lacks it. */
  text(row: number, field: number, at: TextPlace): boolean {
    const { rows, texts } = this.arrays;
    const text = rows[row * this.fields.length + field]! - 1;
    if (text < 0) return false;
    const start = text === 0 ? 0 : texts.ends[text - 1]!;
    at.bytes = texts.heap;
    at.offset = start;
    at.length = texts.ends[text]! - start;
    return true;
  }
}

/** Takes rows of facts in any order and makes a table of them. */
export class FactTableBuilder {
  /** rows that came */
  rows = 0;
  private readonly keys = new ByteDictionary();
  private readonly texts = new ByteDictionary();
  private readonly values = new ByteDictionary();
  private readonly log: FactLog;
  private readonly row: Uint32Array;
  private readonly rowBytes: Uint8Array;

  constructor(
    readonly fields: readonly string[],
    scratch: string,
    bufferRows?: number,
  ) {
    this.log = new FactLog(scratch, bufferRows);
    this.row = new Uint32Array(fields.length);
    this.rowBytes = new Uint8Array(this.row.buffer);
  }

  /**
   * @param textOf points at the text of a field; false where there is none
   * @param timeMs epoch milliseconds
   */
  add(key: Uint8Array, keyLength: number, timeMs: number, textOf: (field: number, at: TextPlace) => boolean): void {
    const at: TextPlace = { bytes: key, offset: 0, length: 0 };
    for (let field = 0; field < this.fields.length; field++) {
      this.row[field] = textOf(field, at) ? this.texts.add(at.bytes, at.offset, at.length) + 1 : 0;
    }
    this.log.add(this.keys.add(key, 0, keyLength), timeMs, this.values.add(this.rowBytes));
    this.rows++;
  }

  build(): FactTable {
    const keys = this.keys.arrays();
    const { heap, ends } = this.texts.arrays();
    const first = new Uint32Array(this.keys.count);
    const versions = new Uint32Array(this.keys.count);
    let times = new Float64Array(Math.max(64, this.keys.count));
    let values = new Uint32Array(times.length);
    let count = 0;
    for (const { key, time, value } of this.log.runs()) {
      if (count === times.length) {
        if (count * 2 > 0xffffffff) throw snapshotTooLarge();
        times = grown(times, new Float64Array(count * 2));
        values = grown(values, new Uint32Array(count * 2));
      }
      if (versions[key]!++ === 0) first[key] = count;
      times[count] = time;
      values[count++] = value;
    }
    const rowHeap = this.values.arrays().heap;
    return new FactTable(this.fields, {
      keys,
      first,
      versions,
      times: times.subarray(0, count),
      values: values.subarray(0, count),
      rows: new Uint32Array(rowHeap.buffer, rowHeap.byteOffset, rowHeap.length / 4),
      texts: { heap, ends },
    });
  }

  close(): void {
    this.log.close();
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
