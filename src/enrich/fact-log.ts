/**
 * Facts as they come, in no order: who, when, what, 16 bytes a row. They are dealt out by who into partitions, and a partition that
 * passes its share of memory goes on in a file; so memory stays bounded however many rows there are, and one partition at a time
 * is sorted.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A power of two. */
const PARTITIONS = 64;
/** Rows of a partition in memory: 1 MiB. */
const BUFFER_ROWS = 65_536;
const ROW_BYTES = 16;

/** What held from when on, of one owner after the other, each in the order of time. */
export interface FactRun {
  key: number;
  /** epoch milliseconds */
  time: number;
  value: number;
}

class Partition {
  rows = 0;
  bytes = new Uint8Array(64 * ROW_BYTES);
  view = new DataView(this.bytes.buffer);
  file = -1;

  grow(): void {
    const next = new Uint8Array(this.bytes.length * 2);
    next.set(this.bytes);
    this.bytes = next;
    this.view = new DataView(next.buffer);
  }
}

export class FactLog {
  /** rows so far */
  count = 0;
  private readonly partitions = Array.from({ length: PARTITIONS }, () => new Partition());

  /** @param scratch a folder for what memory does not hold; made when it is needed */
  constructor(
    private readonly scratch: string,
    private readonly bufferRows = BUFFER_ROWS,
  ) {}

  /** @param time epoch milliseconds */
  add(key: number, time: number, value: number): void {
    const index = key & (PARTITIONS - 1);
    const partition = this.partitions[index]!;
    if (partition.rows === this.bufferRows) this.spill(partition, index);
    if ((partition.rows + 1) * ROW_BYTES > partition.bytes.length) partition.grow();
    const at = partition.rows * ROW_BYTES;
    partition.view.setFloat64(at, time, true);
    partition.view.setUint32(at + 8, key, true);
    partition.view.setUint32(at + 12, value, true);
    partition.rows++;
    this.count++;
  }

  private spill(partition: Partition, index: number): void {
    if (partition.file < 0) {
      mkdirSync(this.scratch, { recursive: true });
      partition.file = openSync(join(this.scratch, `facts-${index}`), 'w+');
    }
    const length = partition.rows * ROW_BYTES;
    for (let done = 0; done < length; ) done += writeSync(partition.file, partition.bytes, done, length - done);
    partition.rows = 0;
  }

  /**
   * What held from when on: of rows of one owner and time the last that came, and no row that says what the one before it said.
   */
  *runs(): Generator<FactRun> {
    for (const partition of this.partitions) yield* runsOf(rowsOf(partition));
  }

  /** Closes the files; the scratch folder is the caller's to remove. */
  close(): void {
    for (const partition of this.partitions) if (partition.file >= 0) closeSync(partition.file);
  }
}

/** All rows of a partition, those in the file first. */
function rowsOf({ file, bytes, rows }: Partition): DataView {
  const inMemory = bytes.subarray(0, rows * ROW_BYTES);
  if (file < 0) return new DataView(inMemory.buffer, inMemory.byteOffset, inMemory.length);
  const inFile = fstatSync(file).size;
  const all = new Uint8Array(inFile + inMemory.length);
  for (let done = 0; done < inFile; ) {
    const read = readSync(file, all, done, inFile - done, done);
    if (read === 0) throw new Error('a file of facts is shorter than it was');
    done += read;
  }
  all.set(inMemory, inFile);
  return new DataView(all.buffer);
}

function* runsOf(rows: DataView): Generator<FactRun> {
  const count = rows.byteLength / ROW_BYTES;
  const time = (row: number) => rows.getFloat64(row * ROW_BYTES, true);
  const key = (row: number) => rows.getUint32(row * ROW_BYTES + 8, true);
  const value = (row: number) => rows.getUint32(row * ROW_BYTES + 12, true);
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => key(a) - key(b) || time(a) - time(b) || a - b);
  let last: FactRun | undefined;
  for (let i = 0; i < count; i++) {
    const row = order[i]!;
    const next = order[i + 1];
    if (next !== undefined && key(next) === key(row) && time(next) === time(row)) continue;
    if (last?.key === key(row) && last.value === value(row)) continue;
    last = { key: key(row), time: time(row), value: value(row) };
    yield last;
  }
}
