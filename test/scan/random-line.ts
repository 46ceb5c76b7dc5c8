/** Random NDJSON lines as bytes without a newline: mostly valid objects, and everything that can go wrong with one. */
import { pick } from '../ocsf/random-event.js';

type Random = () => number;

const KEYS = [
  'event_simpleName',
  'timestamp',
  'id',
  'aid',
  'cid',
  'ImageFileName',
  'a',
  'b',
  'a.b',
  'x',
  'x#base64',
  'x#name#base64',
  '',
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'Ключ',
  '😀',
  'tab\\t',
  '\\u0061',
  '\\ud83d\\ude00',
  '\\ud800',
  'q\\"q',
  'é',
  ' ',
  '.',
  'a.',
  '.a',
];
const PLAIN = [
  '0',
  '1642690337.495',
  'C:',
  'explorer.exe',
  'none',
  '-',
  ' ',
  'é',
  'ë',
  '用户',
  '😀',
  '\u007f',
  '\u2028',
  '\ufeff',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
];
const ESCAPES = [
  '\\\\',
  '\\"',
  '\\/',
  '\\b',
  '\\f',
  '\\n',
  '\\r',
  '\\t',
  '\\u0000',
  '\\u003d',
  '\\u00e9',
  '\\u20AC',
  '\\uFFFD',
  '\\ud83d\\ude00',
  '\\uDBFF\\uDFFF',
];
const HALF_PAIRS = ['\\ud800', '\\udc00', '\\ud83d\\ud83d', '\\ude00\\ud83d', '\\ud83d\\u0041', '\\ud83dx'];
const BAD_ESCAPES = ['\\x', '\\', '\\u12', '\\u12G4', '\\U0041', '\\u', '\u0000', '\u0001', '\t', '\u001f'];
const NUMBERS = [
  '0',
  '-0',
  '7',
  '12',
  '-305',
  '1.0',
  '1.50',
  '0.1',
  '-0.0',
  '1e5',
  '1E+5',
  '2e-7',
  '1e400',
  '9007199254740993',
  '18446744073709551616',
];
const BAD_NUMBERS = [
  '01',
  '+1',
  '.5',
  '1.',
  '1.e3',
  '1e',
  '1e+',
  '-',
  '--1',
  '0x10',
  'NaN',
  'Infinity',
  '-Infinity',
  '1_0',
  '00',
  '-01',
];
const LITERALS = ['true', 'false', 'null'];
const BAD_LITERALS = ['tru', 'True', 'nul', 'nulll', 'falsey', 'fals', 'undefined', "'a'"];
const SPACES = ['', '', '', '', '', ' ', '\t', '  ', '\r', ' \t\r'];
const BAD_BYTES = [
  [0x80],
  [0xff],
  [0xc3],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe2, 0x82],
];

/** How much of everything that is not plain goes into a line, 0 to 1. */
interface Spice {
  escapes: number;
  halfPairs: number;
  badBytes: number;
  nested: number;
  spaces: number;
  oddKeys: number;
  wrong: number;
}

const CLEAN: Spice = { escapes: 0, halfPairs: 0, badBytes: 0, nested: 0, spaces: 0, oddKeys: 0, wrong: 0 };

export class LineMaker {
  private out: number[] = [];
  private spice = CLEAN;

  constructor(private readonly random: Random) {}

  line(): Uint8Array {
    const { random } = this;
    this.out = [];
    this.spice = {
      escapes: this.often(0.4) * 0.3,
      halfPairs: this.often(0.1) * 0.1,
      badBytes: this.often(0.1) * 0.1,
      nested: this.often(0.3) * 0.4,
      spaces: this.often(0.3),
      oddKeys: this.often(0.2) * 0.3,
      wrong: this.often(0.1) * 0.1,
    };
    const kind = random();
    if (kind < 0.002) this.many();
    else if (kind < 0.004) this.deep();
    else if (kind < 0.006) this.hugeKey();
    else if (kind < 0.02) this.value(0);
    else this.object(0, 1 + Math.floor(random() * random() * 40));
    if (random() < 0.05) this.text('\r');
    let bytes = Uint8Array.from(this.out);
    const damage = random();
    if (damage < 0.06) bytes = bytes.slice(0, Math.floor(random() * bytes.length));
    else if (damage < 0.14) bytes = this.mutated(bytes);
    for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) bytes[i] = 32;
    return bytes;
  }

  private often(share: number): number {
    return this.random() < share ? this.random() : 0;
  }

  private chance(share: number): boolean {
    return share > 0 && this.random() < share;
  }

  private text(text: string): void {
    for (const byte of Buffer.from(text)) this.out.push(byte);
  }

  private space(): void {
    if (this.chance(this.spice.spaces)) this.text(pick(this.random, SPACES));
  }

  private object(depth: number, members: number, named?: (index: number) => string): void {
    const { random } = this;
    this.text('{');
    const used = new Set<string>();
    for (let i = 0; i < members; i++) {
      let key =
        named?.(i) ??
        (this.chance(this.spice.oddKeys)
          ? pick(random, ODD_KEYS)
          : random() < 0.2
            ? pick(random, KEYS)
            : `Field${Math.floor(random() * 400)}`);
      if (used.has(key) && random() < 0.98) key = `Own${i}`;
      used.add(key);
      this.space();
      this.text('"');
      this.text(key);
      if (this.chance(this.spice.badBytes * 0.2)) this.out.push(...pick(random, BAD_BYTES));
      this.text('"');
      this.space();
      this.text(this.chance(this.spice.wrong) ? pick(random, ['', ';', ',', '::']) : ':');
      this.space();
      this.value(depth + 1);
      this.space();
      if (i < members - 1 || this.chance(this.spice.wrong * 0.2))
        this.text(this.chance(this.spice.wrong) ? pick(random, ['', ';', ',,', '}']) : ',');
    }
    this.space();
    this.text('}');
  }

  private value(depth: number): void {
    const { random } = this;
    this.space();
    const kind = random();
    if (depth < 12 && kind < this.spice.nested) {
      const inside = Math.floor(random() * 5);
      if (random() < 0.6) this.object(depth, inside);
      else this.array(depth, inside);
    } else if (random() < 0.8) this.string();
    else if (random() < 0.6) this.text(pick(random, this.chance(this.spice.wrong) ? BAD_NUMBERS : NUMBERS));
    else this.text(pick(random, this.chance(this.spice.wrong) ? BAD_LITERALS : LITERALS));
    this.space();
  }

  private array(depth: number, elements: number): void {
    this.text('[');
    for (let i = 0; i < elements; i++) {
      this.value(depth + 1);
      if (i < elements - 1 || this.chance(this.spice.wrong)) this.text(',');
    }
    this.space();
    this.text(']');
  }

  private string(): void {
    const { random, spice } = this;
    this.text('"');
    for (let n = Math.floor(random() * random() * 12); n > 0; n--) {
      if (this.chance(spice.escapes)) this.text(pick(random, ESCAPES));
      else if (this.chance(spice.halfPairs)) this.text(pick(random, HALF_PAIRS));
      else if (this.chance(spice.badBytes)) this.out.push(...pick(random, BAD_BYTES));
      else if (this.chance(spice.wrong)) this.text(pick(random, BAD_ESCAPES));
      else this.text(pick(random, PLAIN));
    }
    if (!this.chance(spice.wrong * 0.3)) this.text('"');
  }

  private mutated(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { random } = this;
    const changed = Array.from(bytes);
    for (let n = 1 + Math.floor(random() * 3); n > 0; n--) {
      const at = Math.floor(random() * (changed.length + 1));
      const byte = random() < 0.5 ? pick(random, [...Buffer.from('{}[]",:\\u0 1-e.tfn')]) : Math.floor(random() * 256);
      const how = random();
      if (how < 0.4) changed.splice(at, 1);
      else if (how < 0.7) changed.splice(at, 0, byte);
      else if (at < changed.length) changed[at] = byte;
    }
    return Uint8Array.from(changed);
  }

  /** More fields than the cells start with, and sometimes more leaves than are flattened. */
  private many(): void {
    const count = this.random() < 0.3 ? 4090 + Math.floor(this.random() * 10) : 250 + Math.floor(this.random() * 400);
    this.spice = { ...CLEAN, nested: this.random() < 0.3 ? 0.1 : 0 };
    this.object(0, count, (i) => `f${i}`);
  }

  private deep(): void {
    const depth = pick(this.random, [7, 8, 9, 10, 254, 255, 256, 257, 258, 400]);
    const open = this.random() < 0.5 ? '{"k":' : '[';
    this.text('{"d":');
    for (let i = 0; i < depth; i++) this.text(open);
    this.text(pick(this.random, ['1', '{}', '[]', '"x"']));
    for (let i = 0; i < depth; i++) this.text(open === '[' ? ']' : '}');
    this.text('}');
  }

  private hugeKey(): void {
    const length = pick(this.random, [255, 256, 257, 511, 512, 513, 5000, 70_000]);
    const nested = this.random() < 0.4;
    this.text(`{"a":1,"${'k'.repeat(length)}":${nested ? '{"inner":"v"}' : '"v"'},"id":"after"}`);
  }
}
