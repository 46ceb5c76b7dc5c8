/**
 * Sorted rows as bytes: what a unit has more of than a window holds lies in runs meanwhile, and is merged from there. The bytes mean something to the
 * normalizer that wrote them alone, and until its next unit: they name fields and event types by the ids that it gave them.
 */
import { Buffer } from 'node:buffer';
import type { RowTable } from './row-table.js';

/** What a row begins with; then its entries, its text, and nothing up to the next multiple of eight. */
const HEADER = {
  bytes: 0,
  route: 1,
  time: 2,
  alternative: 4,
  eventType: 5,
  textLength: 6,
  uidStart: 7,
  uidLength: 8,
  entries: 9,
} as const;
const HEADER_INTS = 10;
/** Written at a time, and read of each run at a time, unless a single row has more. */
const BUFFER_BYTES = 1 << 18;

/** Memory that is looked at as bytes, integers and times. */
class SharedViews {
  bytes: Uint8Array;
  ints: Int32Array;
  floats: Float64Array;

  constructor(size: number) {
    const memory = new ArrayBuffer(Math.ceil(size / 8) * 8);
    this.bytes = new Uint8Array(memory);
    this.ints = new Int32Array(memory);
    this.floats = new Float64Array(memory);
  }
}

/** Writes rows one after the other. */
export class RowRunWriter {
  /** of all rows so far */
  bytes = 0;
  private buffer = new SharedViews(BUFFER_BYTES);
  private used = 0;

  /** @param sink takes the bytes before it returns */
  constructor(private readonly sink: (bytes: Uint8Array) => void) {}

  add(rows: RowTable, row: number): void {
    const [first, end] = [rows.firstEntry[row]!, rows.firstEntry[row + 1]!];
    const textLength = rows.textLength[row]!;
    const textAt = (HEADER_INTS + end - first) * 4;
    const size = Math.ceil((textAt + textLength) / 8) * 8;
    if (this.used + size > this.buffer.bytes.length) this.flush();
    if (size > this.buffer.bytes.length) this.buffer = new SharedViews(size);
    const { bytes, ints, floats } = this.buffer;
    const at = this.used >> 2;
    ints[at + HEADER.bytes] = size;
    ints[at + HEADER.route] = rows.route[row]!;
    floats[(at + HEADER.time) >> 1] = rows.time[row]!;
    ints[at + HEADER.alternative] = rows.alternative[row]!;
    ints[at + HEADER.eventType] = rows.eventType[row]!;
    ints[at + HEADER.textLength] = textLength;
    ints[at + HEADER.uidStart] = rows.uidStart[row]! - rows.textStart[row]!;
    ints[at + HEADER.uidLength] = rows.uidLength[row]!;
    ints[at + HEADER.entries] = end - first;
    ints.set(rows.entries.subarray(first, end), at + HEADER_INTS);
    const start = rows.textStart[row]!;
    bytes.set(rows.text.bytesOf(rows.chunk[row]!).subarray(start, start + textLength), this.used + textAt);
    this.used += size;
    this.bytes += size;
  }

  /** Hands over what is left. */
  flush(): void {
    if (this.used > 0) this.sink(this.buffer.bytes.subarray(0, this.used));
    this.used = 0;
  }
}

/** Reads a run from its first row to its last. */
export class RowRunReader {
  private buffer = new SharedViews(BUFFER_BYTES);
  /** of the buffer: where the row begins, and what is filled */
  private at = 0;
  private filled = 0;
  private size = 0;
  private unread: number;

  /**
   * @param read fills the whole of what it is given with the run's next bytes
   * @param bytes of the run
   */
  constructor(
    private readonly read: (into: Uint8Array) => void,
    bytes: number,
  ) {
    this.unread = bytes;
  }

  /** Goes on to the next row, at first to the first; false at the end. */
  next(): boolean {
    this.at += this.size;
    this.size = 0;
    if (this.at === this.filled && this.unread === 0) return false;
    this.have(HEADER_INTS * 4);
    this.size = this.ints(HEADER.bytes);
    this.have(this.size);
    return true;
  }

  get time(): number {
    return this.buffer.floats[(this.at >> 3) + (HEADER.time >> 1)]!;
  }

  get textLength(): number {
    return this.ints(HEADER.textLength);
  }

  /** Adds the row to a table. */
  appendTo(rows: RowTable): void {
    const first = (this.at >> 2) + HEADER_INTS;
    const entries = this.ints(HEADER.entries);
    rows.appendRow({
      route: this.ints(HEADER.route),
      alternative: this.ints(HEADER.alternative),
      eventType: this.ints(HEADER.eventType),
      time: this.time,
      entries: this.buffer.ints.subarray(first, first + entries),
      bytes: this.buffer.bytes,
      textStart: (first + entries) * 4,
      textLength: this.textLength,
      uidStart: this.ints(HEADER.uidStart),
      uidLength: this.ints(HEADER.uidLength),
    });
  }

  /** Whether the row comes before another run's: by time, then `metadata.uid` by bytes; of equal ones neither does. */
  isBefore(other: RowRunReader): boolean {
    const difference = this.time - other.time;
    return difference === 0 ? Buffer.compare(this.uid, other.uid) < 0 : difference < 0;
  }

  private get uid(): Uint8Array {
    const start = this.at + (HEADER_INTS + this.ints(HEADER.entries)) * 4 + this.ints(HEADER.uidStart);
    return this.buffer.bytes.subarray(start, start + this.ints(HEADER.uidLength));
  }

  private ints(member: number): number {
    return this.buffer.ints[(this.at >> 2) + member]!;
  }

  /** Has so many bytes of the row in the buffer. */
  private have(bytes: number): void {
    if (this.filled - this.at >= bytes) return;
    const { bytes: from } = this.buffer;
    const rest = from.subarray(this.at, this.filled);
    if (bytes > from.length) this.buffer = new SharedViews(bytes);
    this.buffer.bytes.set(rest);
    const most = Math.min(this.unread, this.buffer.bytes.length - rest.length);
    this.read(this.buffer.bytes.subarray(rest.length, rest.length + most));
    this.unread -= most;
    this.at = 0;
    this.filled = rest.length + most;
    if (this.filled < bytes) throw new Error(`a run ends in the middle of a row: ${this.filled} bytes of ${bytes}`);
  }
}

/** Runs as one: the rows of all in order; of equal rows the earlier run's comes first. */
export class MergedRuns {
  private readonly open: RowRunReader[];
  private first: RowRunReader | undefined;

  /** @param runs each in order, in the order in which they were written */
  constructor(runs: readonly RowRunReader[]) {
    this.open = runs.filter((run) => run.next());
    this.first = this.least();
  }

  /** The next row, to be used before {@link advance}; undefined at the end. */
  get row(): RowRunReader | undefined {
    return this.first;
  }

  advance(): void {
    const { first } = this;
    if (first !== undefined && !first.next()) this.open.splice(this.open.indexOf(first), 1);
    this.first = this.least();
  }

  private least(): RowRunReader | undefined {
    let least = this.open[0];
    for (let i = 1; i < this.open.length; i++) if (this.open[i]!.isBefore(least!)) least = this.open[i];
    return least;
  }
}
