/**
 * What a line means, told by JSON.parse: slow, on strings, and sharing no code with the scanner. JSON.parse says whether a line is
 * JSON and what its strings are; a tokenizer on top keeps what JSON.parse loses: number texts, the order, keys given twice, raw bytes.
 */
import { isUtf8 } from 'node:buffer';
import type { LineFault } from '../../src/scan/exact.js';

/** A cell: the field's name, and its text as UTF-8; null for a JSON null. */
export type Cell = [name: string, text: string | null];

export interface Meaning {
  /** every fault that the line has; empty: `cells` is what must come out */
  faults: LineFault[];
  cells: Cell[];
  /** no reason why the flat scanner should hand it back */
  plain: boolean;
  keys: string[];
}

interface Value {
  kind: 'string' | 'number' | 'literal' | 'object' | 'array';
  /** the value's own bytes as latin1, strings without their quotes */
  raw: string;
  members: { key: string; rawKey: string; exact: boolean; escaped: boolean; value: Value }[];
  elements: Value[];
}

const utf8 = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const bytesOf = (latin1: string) => Buffer.from(latin1, 'latin1');
const HALF_PAIR = /\p{Surrogate}/gu;

export function meaningOf(line: Uint8Array): Meaning {
  const text = utf8(line);
  const nothing = { cells: [], plain: false, keys: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    if (/^[ \t\r\n]*$/.test(text)) return { faults: ['not-json'], ...nothing };
    const also = hasTwin(line) ? (['duplicate-key'] as const) : [];
    const deep = /^(?:[^[{]*[[{]){250}/.test(text) ? (['too-deep'] as const) : [];
    return { faults: [canBeCompleted(text) ? 'cut-off' : 'not-json', ...also, ...deep], ...nothing };
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return { faults: ['not-an-object'], ...nothing };
  const latin1 = Buffer.from(line).toString('latin1');
  const tree = new Tokenizer(latin1).whole();
  const faults: LineFault[] = [];
  if (depthOf(tree) > 256) faults.push('too-deep');
  if (hasDuplicate(tree)) faults.push('duplicate-key');
  if (faults.length > 0) return { faults, ...nothing };
  const cells = cellsOf(tree);
  if (cells === undefined) return { faults: ['duplicate-key'], ...nothing };
  const plain =
    isUtf8(line) &&
    !/\r[ \t\r]*[^ \t\r]/.test(latin1.replace(/"(?:[^"\\]|\\.)*"/g, '"')) &&
    tree.members.every(({ rawKey, exact, escaped, value }) => {
      if (value.kind === 'object' || value.kind === 'array') return false;
      return exact && !escaped && rawKey.length <= 256 && (value.kind !== 'string' || stringOf(value.raw).exact);
    });
  return { faults: [], cells, plain, keys: tree.members.map(({ key }) => key) };
}

/** The text between the quotes as JSON.parse reads it, made valid UTF-8. */
function stringOf(raw: string): { text: string; exact: boolean } {
  const bytes = bytesOf(raw);
  const text = JSON.parse(`"${utf8(bytes)}"`) as string;
  const sound = text.replace(HALF_PAIR, '\ufffd');
  return { text: sound, exact: isUtf8(bytes) && sound === text };
}

/** Reads what JSON.parse has accepted. */
class Tokenizer {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): Value {
    const value = this.value();
    this.take(/[ \t\r\n]*/y);
    if (this.at !== this.text.length) throw new Error('the oracle did not read the whole line');
    return value;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private value(): Value {
    this.take(/[ \t\r\n]*/y);
    const start = this.at;
    const string = this.take(/"(?:[^"\\]|\\.)*"/y);
    if (string !== undefined) return { kind: 'string', raw: string.slice(1, -1), members: [], elements: [] };
    const scalar = this.take(/[-0-9.eE+]+|true|false|null/y);
    if (scalar !== undefined)
      return { kind: /^[-0-9]/.test(scalar) ? 'number' : 'literal', raw: scalar, members: [], elements: [] };
    const value: Value = { kind: this.text[this.at] === '{' ? 'object' : 'array', raw: '', members: [], elements: [] };
    this.at++;
    while (this.take(/[ \t\r\n,]*[}\]]/y) === undefined) {
      this.take(/[ \t\r\n,]*/y);
      if (value.kind === 'array') value.elements.push(this.value());
      else {
        const rawKey = this.take(/"(?:[^"\\]|\\.)*"/y)!.slice(1, -1);
        const { text: key, exact } = stringOf(rawKey);
        this.take(/[ \t\r\n]*:/y);
        value.members.push({ key, rawKey, exact, escaped: rawKey.includes('\\'), value: this.value() });
      }
    }
    value.raw = this.text.slice(start, this.at);
    return value;
  }
}

function depthOf(value: Value): number {
  const inside = [...value.members.map((member) => member.value), ...value.elements];
  return inside.length === 0 ? 0 : 1 + Math.max(...inside.map(depthOf));
}

/** Two members of one object with one key; keys that had to be changed are told apart by their own bytes. */
function hasDuplicate(value: Value): boolean {
  const keys = value.members.map(({ key, rawKey, exact }) => (exact ? `=${key}` : `~${rawKey}`));
  if (new Set(keys).size < keys.length) return true;
  return [...value.members.map((member) => member.value), ...value.elements].some(hasDuplicate);
}

interface Leaf {
  name: string;
  /** the name's own bytes, where they had to be changed */
  rawName: string | undefined;
  value: Value;
}

function cellsOf(tree: Value): Cell[] | undefined {
  let leaves = flatten(tree, '', undefined, 8);
  if (leaves.length > 4096 || hasTwice(leaves.map(({ name }) => name))) leaves = flatten(tree, '', undefined, 0);
  const cells = leaves.flatMap(({ name, rawName, value }): Cell[] => {
    const cell: Cell[] = [];
    const { raw, kind } = value;
    const { text, exact } = kind === 'string' ? stringOf(raw) : { text: utf8(bytesOf(raw)), exact: isUtf8(bytesOf(raw)) };
    cell.push([name, raw === 'null' && kind === 'literal' ? null : text]);
    if (!exact) cell.push([`${name}#base64`, bytesOf(raw).toString('base64')]);
    if (rawName !== undefined) cell.push([`${name}#name#base64`, bytesOf(rawName).toString('base64')]);
    return cell;
  });
  return hasTwice(cells.map(([name]) => name)) ? undefined : cells;
}

const hasTwice = (names: readonly string[]) => new Set(names).size < names.length;

function flatten(tree: Value, prefix: string, rawPrefix: string | undefined, levels: number): Leaf[] {
  const isTop = tree.kind === 'object' && prefix === '' && rawPrefix === undefined;
  return flattenMembers(tree, isTop ? undefined : { name: prefix, raw: rawPrefix }, levels);
}

function flattenMembers(tree: Value, outer: { name: string; raw: string | undefined } | undefined, levels: number): Leaf[] {
  return tree.members.flatMap(({ key, rawKey, exact, value }): Leaf[] => {
    const name = outer === undefined ? key : `${outer.name}.${key}`;
    const latin1 = (text: string) => Buffer.from(text).toString('latin1');
    let rawName = exact ? undefined : rawKey;
    if (outer !== undefined && (rawName ?? outer.raw) !== undefined) {
      rawName = `${outer.raw ?? latin1(outer.name)}.${rawName ?? latin1(key)}`;
    }
    if (value.kind === 'object' && value.members.length > 0 && levels > 0 && name.length <= 512) {
      return flattenMembers(value, { name, raw: rawName }, levels - 1);
    }
    return [{ name, rawName, value }];
  });
}

/** Whether some text after it makes it JSON: found by trying. */
function canBeCompleted(text: string): boolean {
  const open: string[] = [];
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{') open.push('}');
    else if (c === '[') open.push(']');
    else if ((c === '}' || c === ']') && open.pop() !== c) return false;
  }
  const closers = open.reverse().join('');
  const endings = inString
    ? ['"', 'n"', '0000"', '000"', '00"', '0"'].flatMap((end) => [end, `${end}:0`])
    : ['', '0', ':0', '"k":0', 'rue', 'ue', 'e', 'alse', 'lse', 'se', 'ull', 'll', 'l'];
  return endings.some((ending) => {
    try {
      JSON.parse(text + ending + closers);
      return true;
    } catch {
      return false;
    }
  });
}

/** Some string stands twice in a line that is no JSON: two of one key may be what the parser met first. */
function hasTwin(line: Uint8Array): boolean {
  const strings = [
    ...Buffer.from(line)
      .toString('latin1')
      .matchAll(/"((?:[^"\\]|\\.)*)"/g),
  ];
  const texts = strings.map(([, raw]) => {
    try {
      return stringOf(raw!).text;
    } catch {
      return raw!;
    }
  });
  return hasTwice(texts);
}
