/**
 * The exact parser: what the flat scanner hands back. It takes any line, says what is wrong with one that is no JSON object,
 * and otherwise yields the same cells as the flat scanner, with nested values flattened.
 *
 * - An object's members become `outer.inner`; an array, and an object nested too deep or too wide to flatten, stays one value:
 *   its own JSON text. Numbers keep their digits.
 * - What valid UTF-8 cannot hold (bytes that are none, half surrogate pairs) becomes U+FFFD, and the original bytes of the
 *   value, as they stand between the quotes, are kept as `<field>#base64`; those of a name as `<field>#name#base64`.
 * - Names are unique: where a name would come twice, `#base64` among them, the line is a `duplicate-key`.
 */
import type { LineCells } from './cells.js';
import { type FieldDictionary, hashBytes } from './dictionary.js';
import { TextBuffer, writeString, writeUtf8Text } from './exact-text.js';
import { ESCAPE, HEX, literalEnd, numberEnd, STRING_STOP } from './json-text.js';

export type LineFault = 'not-json' | 'cut-off' | 'not-an-object' | 'duplicate-key' | 'too-deep';

/** Objects are flattened down to this depth. */
const FLATTEN_DEPTH = 8;
/** A line with more leaves than this keeps its nested objects as JSON text. */
const MAX_LEAVES = 4096;
/** A flattened name longer than this (in UTF-16 units) is not made: its object stays JSON text. */
const MAX_NAME = 512;
/** Deeper nesting than this is refused: no event has it, and the parser recurses. */
const MAX_DEPTH = 256;

interface Leaf {
  name: string;
  /** the name's own bytes, where it has been changed to be valid UTF-8 */
  rawName: Uint8Array | undefined;
  start: number;
  end: number;
  kind: 'string' | 'text' | 'null';
}

/** A number that lacks its end: the digits after a sign, a point or an exponent. */
const STARTED_NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.|(?:\.\d+)?[eE][+-]?))?$/;

class Fault extends Error {
  constructor(readonly fault: LineFault) {
    super(fault);
  }
}

export class ExactParser {
  private bytes: Uint8Array = new Uint8Array(0);
  private p = 0;
  private end = 0;
  private leaves: Leaf[] = [];
  private flattenDepth = FLATTEN_DEPTH;
  private rawKey: Uint8Array | undefined;
  private readonly keyText = new TextBuffer();
  /** names of the `#base64` fields of the line */
  private companions: string[] = [];

  constructor(private readonly dictionary: FieldDictionary) {}

  /**
   * Parses `bytes[start, end)`, a line without its newline.
   *
   * @param into receives the text of the cells; emptied first
   * @returns what is wrong with the line, or undefined and the cells are filled
   */
  parse(bytes: Uint8Array, start: number, end: number, into: TextBuffer, cells: LineCells): LineFault | undefined {
    try {
      let names = this.collect(bytes, start, end, FLATTEN_DEPTH);
      if (this.leaves.length > MAX_LEAVES || names < this.leaves.length) {
        // too wide, or `a.b` stands beside a nested `a: {b}`: the top level alone has no such clash
        names = this.collect(bytes, start, end, 0);
        if (names < this.leaves.length) return 'duplicate-key';
      }
    } catch (error) {
      if (error instanceof Fault) return error.fault;
      throw error;
    }
    into.length = 0;
    cells.count = 0;
    cells.escaped.length = 0;
    this.companions = [];
    for (const leaf of this.leaves) this.write(leaf, into, cells);
    cells.bytes = into.bytes;
    return this.companions.length > 0 && this.clash() ? 'duplicate-key' : undefined;
  }

  /** Fills {@link leaves} and returns how many different names they have. */
  private collect(bytes: Uint8Array, start: number, end: number, flattenDepth: number): number {
    this.bytes = bytes;
    this.p = start;
    this.end = end;
    this.leaves = [];
    this.flattenDepth = flattenDepth;
    this.space();
    if (this.p >= end) throw new Fault('not-json');
    if (bytes[this.p] !== 123) {
      this.skipValue(0);
      this.space();
      throw new Fault(this.p < end ? 'not-json' : 'not-an-object');
    }
    this.object('', undefined, 0);
    this.space();
    if (this.p < end) throw new Fault('not-json');
    return new Set(this.leaves.map((leaf) => leaf.name)).size;
  }

  private clash(): boolean {
    const names = [...this.leaves.map((leaf) => leaf.name), ...this.companions];
    return new Set(names).size < names.length;
  }

  private peek(): number {
    if (this.p >= this.end) throw new Fault('cut-off');
    return this.bytes[this.p]!;
  }

  private space(): void {
    while (this.p < this.end) {
      const c = this.bytes[this.p]!;
      if (c !== 32 && c !== 9 && c !== 13 && c !== 10) return;
      this.p++;
    }
  }

  private expect(byte: number): void {
    if (this.peek() !== byte) throw new Fault('not-json');
    this.p++;
  }

  /** Members of the object at `p`, each as leaves under `prefix`. */
  private object(prefix: string, rawPrefix: Uint8Array | undefined, depth: number): void {
    this.members(depth, (name, rawName) => {
      const full = depth === 0 ? name : `${prefix}.${name}`;
      const changed = rawName !== undefined || rawPrefix !== undefined;
      const raw = !changed || depth === 0 ? rawName : dotted(rawPrefix ?? prefix, rawName ?? name);
      const c = this.peek();
      const start = this.p;
      if (c === 123 && depth < this.flattenDepth && full.length <= MAX_NAME && this.leaves.length <= MAX_LEAVES) {
        const before = this.leaves.length;
        this.object(full, raw, depth + 1);
        if (this.leaves.length === before) this.leaves.push({ name: full, rawName: raw, start, end: this.p, kind: 'text' });
        return;
      }
      this.skipValue(depth + 1);
      if (c === 34) this.leaves.push({ name: full, rawName: raw, start: start + 1, end: this.p - 1, kind: 'string' });
      else this.leaves.push({ name: full, rawName: raw, start, end: this.p, kind: c === 110 ? 'null' : 'text' });
    });
  }

  /** Walks the members of the object at `p`; `each` must leave `p` after the value. */
  private members(depth: number, each: (name: string, rawName: Uint8Array | undefined) => void): void {
    if (depth > MAX_DEPTH) throw new Fault('too-deep');
    this.expect(123);
    this.space();
    if (this.peek() === 125) {
      this.p++;
      return;
    }
    const names = new Set<string>();
    for (;;) {
      this.space();
      const name = this.key();
      const raw = this.rawKey;
      const unique = raw === undefined ? name : `${name}\u0000${Buffer.from(raw).toString('base64')}`;
      if (names.has(unique)) throw new Fault('duplicate-key');
      names.add(unique);
      this.space();
      this.expect(58);
      this.space();
      each(name, raw);
      this.space();
      if (this.peek() === 125) {
        this.p++;
        return;
      }
      this.expect(44);
    }
  }

  /** The key at `p`; {@link rawKey} has its own bytes if they had to be changed. */
  private key(): string {
    const start = this.p + 1;
    this.string();
    const { keyText } = this;
    keyText.length = 0;
    this.rawKey = writeString(this.bytes, start, this.p - 1, keyText) ? undefined : this.bytes.slice(start, this.p - 1);
    return Buffer.from(keyText.bytes.buffer, 0, keyText.length).toString('utf8');
  }

  /** Passes over the string at `p`, checking its escapes. */
  private string(): void {
    this.expect(34);
    for (;;) {
      const c = this.peek();
      if (STRING_STOP[c] === 0) this.p++;
      else if (c === 34) {
        this.p++;
        return;
      } else if (c !== 92) throw new Fault('not-json');
      else {
        this.p++;
        const letter = this.peek();
        if (letter === 117) {
          this.p++;
          for (let i = 0; i < 4; i++, this.p++) if (HEX[this.peek()]! < 0) throw new Fault('not-json');
        } else if (ESCAPE[letter] === 0) throw new Fault('not-json');
        else this.p++;
      }
    }
  }

  /** Passes over any value at `p`, checking it. */
  private skipValue(depth: number): void {
    if (depth > MAX_DEPTH) throw new Fault('too-deep');
    const c = this.peek();
    if (c === 34) this.string();
    else if (c === 123) this.members(depth, () => this.skipValue(depth + 1));
    else if (c === 91) {
      this.p++;
      this.space();
      if (this.peek() === 93) {
        this.p++;
        return;
      }
      for (;;) {
        this.space();
        this.skipValue(depth + 1);
        this.space();
        if (this.peek() === 93) {
          this.p++;
          return;
        }
        this.expect(44);
      }
    } else {
      const after = c === 45 || (c >= 48 && c <= 57) ? numberEnd(this.bytes, this.p) : literalEnd(this.bytes, this.p);
      if (after < 0 || after > this.end) throw new Fault(this.restIsStartOfLiteral() ? 'cut-off' : 'not-json');
      this.p = after;
    }
  }

  /** The line ends inside a literal or a number: `tru`, `-`, `1e`. */
  private restIsStartOfLiteral(): boolean {
    const rest = Buffer.from(this.bytes.subarray(this.p, this.end)).toString('latin1');
    return ['true', 'false', 'null'].some((word) => word.startsWith(rest)) || STARTED_NUMBER.test(rest);
  }

  private write(leaf: Leaf, into: TextBuffer, cells: LineCells): void {
    const start = into.length;
    let exact = true;
    if (leaf.kind === 'string') exact = writeString(this.bytes, leaf.start, leaf.end, into);
    else if (leaf.kind === 'text') exact = writeUtf8Text(this.bytes, leaf.start, leaf.end, into);
    this.cell(leaf.name, start, leaf.kind === 'null' ? -1 : into.length - start, into, cells);
    if (!exact) this.base64(`${leaf.name}#base64`, this.bytes.subarray(leaf.start, leaf.end), into, cells);
    if (leaf.rawName !== undefined) this.base64(`${leaf.name}#name#base64`, leaf.rawName, into, cells);
  }

  private base64(name: string, raw: Uint8Array, into: TextBuffer, cells: LineCells): void {
    this.companions.push(name);
    const start = into.length;
    const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('base64');
    into.reserve(text.length);
    into.length += Buffer.from(into.bytes.buffer).write(text, start, 'latin1');
    this.cell(name, start, text.length, into, cells);
  }

  private cell(name: string, start: number, length: number, into: TextBuffer, cells: LineCells): void {
    if (cells.count === cells.field.length) cells.grow();
    const i = cells.count++;
    const key = Buffer.from(name, 'utf8');
    const id = this.dictionary.idOf(hashBytes(key, 0, key.length), key, 0, key.length);
    cells.field[i] = id;
    cells.offset[i] = start;
    cells.length[i] = length;
    if (id >= 0) return;
    into.reserve(key.length);
    into.bytes.set(key, into.length);
    cells.keyOffset[i] = into.length;
    cells.keyLength[i] = key.length;
    into.length += key.length;
  }
}

function dotted(prefix: Uint8Array | string, name: Uint8Array | string): Uint8Array {
  return Buffer.concat([Buffer.from(prefix as string), Buffer.from('.'), Buffer.from(name as string)]);
}
