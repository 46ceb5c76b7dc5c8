/** The processes of a unit, as their rollups tell them: what any event of the unit that names one by its id can be told of it. */
import type { LineBlock } from '../archive/block.js';
import type { Placeholders } from '../normalize/placeholders.js';
import { ByteDictionary } from './byte-dictionary.js';
import type { TextPlace } from './fact-table.js';
import { eachLineWith, LineFields } from './line-fields.js';

const FIELDS = [
  'ImageFileName',
  'CommandLine',
  'SHA256HashData',
  'SHA1HashData',
  'MD5HashData',
  'ParentProcessId',
  'ParentBaseFileName',
] as const;
/** What is asked of a process's parent, where the unit holds that too: `Parent.CommandLine`. */
const PARENT = 'Parent.';
const PARENT_ID = FIELDS.indexOf('ParentProcessId');
const ROLLUPS = ['ProcessRollup2', 'SyntheticProcessRollup2'];
const NEWLINE = 10;

/** Bytes of keys and texts that are kept of a unit. A unit of 48 MiB holds some 100,000 processes of 350 bytes. */
export const PROCESS_BYTES = 128 * 1024 * 1024;

export class ProcessFacts {
  /** processes that are known */
  kept = 0;
  /** rollups of processes that are known already */
  repeated = 0;
  /** rollups that memory had no more room for */
  beyondLimit = 0;
  private keys = new ByteDictionary();
  private texts = new Uint8Array(1 << 16);
  private used = 0;
  /** (offset, length) a field of each process */
  private cells = new Uint32Array(FIELDS.length * 2 * 256);
  private keyBytes = 0;
  private readonly line: LineFields;
  private readonly scratch = new Uint8Array(1 << 10);

  constructor(
    placeholders: Placeholders,
    private readonly limit = PROCESS_BYTES,
  ) {
    this.line = new LineFields([...FIELDS, 'aid', 'TargetProcessId', 'event_simpleName'], placeholders);
  }

  startUnit(): void {
    this.keys = new ByteDictionary();
    this.texts = new Uint8Array(1 << 16);
    this.used = 0;
    this.keyBytes = 0;
    this.kept = 0;
    this.repeated = 0;
    this.beyondLimit = 0;
  }

  /** Takes the rollups of a block; of several of one process the first counts. Escapes in their lines are undone in place. */
  add({ bytes, length }: LineBlock): void {
    eachLineWith('ProcessRollup2"', bytes, length, (start, end) => this.addLine(bytes, start, end));
  }

  private addLine(bytes: Uint8Array, start: number, end: number): void {
    const { line } = this;
    if (!line.read(bytes, start, end) || !ROLLUPS.includes(line.textOf('event_simpleName'))) return;
    const aid = line.textOf('aid');
    const id = line.textOf('TargetProcessId');
    if (aid === '' || id === '') return;
    const key = Buffer.from(`${aid}\n${id}`);
    const at: TextPlace = { bytes, offset: 0, length: 0 };
    let size = key.length;
    for (const field of FIELDS) if (line.point(field, at)) size += at.length;
    if (this.keyBytes + this.used + size > this.limit) {
      if (this.find(key, 0, key.length) >= 0) this.repeated++;
      else this.beyondLimit++;
      return;
    }
    const process = this.keys.add(key);
    if (process < this.kept) {
      this.repeated++;
      return;
    }
    this.kept++;
    this.keyBytes += key.length;
    const width = FIELDS.length * 2;
    if (this.kept * width > this.cells.length) {
      const next = new Uint32Array(this.cells.length * 2);
      next.set(this.cells);
      this.cells = next;
    }
    FIELDS.forEach((field, i) => {
      const isThere = line.point(field, at);
      this.cells[process * width + i * 2] = this.used;
      this.cells[process * width + i * 2 + 1] = isThere ? at.length : 0;
      if (isThere) this.put(at);
    });
  }

  private put({ bytes, offset, length }: TextPlace): void {
    if (this.used + length > this.texts.length) {
      const next = new Uint8Array(Math.max(this.texts.length * 2, this.used + length));
      next.set(this.texts.subarray(0, this.used));
      this.texts = next;
    }
    this.texts.set(bytes.subarray(offset, offset + length), this.used);
    this.used += length;
  }

  /** The process of a key `<aid>\n<process id>`, or -1. */
  find(key: Uint8Array, offset: number, length: number): number {
    return this.keys.number(key, offset, length);
  }

  /** A field of a process, or with `Parent.` before it of its parent; false where it is not known. */
  text(process: number, field: string, at: TextPlace): boolean {
    if (!field.startsWith(PARENT)) return this.own(process, (FIELDS as readonly string[]).indexOf(field), at);
    if (!this.own(process, PARENT_ID, at)) return false;
    const parent = this.parentOf(process, at);
    return parent >= 0 && this.own(parent, (FIELDS as readonly string[]).indexOf(field.slice(PARENT.length)), at);
  }

  private own(process: number, field: number, at: TextPlace): boolean {
    if (field < 0) return false;
    const cell = (process * FIELDS.length + field) * 2;
    at.bytes = this.texts;
    at.offset = this.cells[cell]!;
    at.length = this.cells[cell + 1]!;
    return at.length > 0;
  }

  /** The process on the same host whose id is the text. */
  private parentOf(process: number, id: TextPlace): number {
    const { heap, ends } = this.keys;
    const start = process === 0 ? 0 : ends[process - 1]!;
    const aidLength = heap.indexOf(NEWLINE, start) + 1 - start;
    const length = aidLength + id.length;
    if (length > this.scratch.length) return -1;
    this.scratch.set(heap.subarray(start, start + aidLength));
    this.scratch.set(id.bytes.subarray(id.offset, id.offset + id.length), aidLength);
    return this.find(this.scratch, 0, length);
  }
}
