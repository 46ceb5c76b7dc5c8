/** Some fields of one line at a time, read as the conversion reads them. */
import { isUtf8 } from 'node:buffer';
import type { Placeholders } from '../normalize/placeholders.js';
import { chosenTime } from '../normalize/router.js';
import { readTime } from '../normalize/time.js';
import { LineCells } from '../scan/cells.js';
import { FieldDictionary } from '../scan/dictionary.js';
import { ExactParser } from '../scan/exact.js';
import { TextBuffer } from '../scan/exact-text.js';
import { FlatScanner } from '../scan/flat.js';
import { unescapeInPlace } from '../scan/json-text.js';
import type { TextPlace } from './fact-table.js';

const NEWLINE = 10;

export class LineFields {
  private readonly index: ReadonlyMap<string, number>;
  private readonly scanner: FlatScanner;
  private readonly parser: ExactParser;
  private readonly text = new TextBuffer();
  private readonly cells = new LineCells();
  /** of each field its cell in the line, or -1 */
  private readonly at: Int32Array;

  /** @param placeholders values that mean absent, whatever the field */
  constructor(
    fields: readonly string[],
    private readonly placeholders: Placeholders,
  ) {
    const names = [...new Set(fields)];
    this.index = new Map(names.map((name, i) => [name, i]));
    this.at = new Int32Array(names.length);
    const dictionary = new FieldDictionary(names);
    this.scanner = new FlatScanner(dictionary);
    this.parser = new ExactParser(dictionary);
  }

  /**
   * Reads the line in `bytes[start, end)`, which a newline follows; its escapes are undone in place.
   *
   * @returns false where it is no event
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const { cells, at } = this;
    if (isUtf8(bytes.subarray(start, end)) && this.scanner.scan(bytes, start, cells) >= 0) {
      for (const i of cells.escaped) cells.length[i] = unescapeInPlace(bytes, cells.offset[i]!, cells.length[i]!);
      cells.escaped.length = 0;
    } else if (this.parser.parse(bytes, start, end, this.text, cells) !== undefined) return false;
    at.fill(-1);
    for (let i = 0; i < cells.count; i++) {
      const field = cells.field[i]!;
      if (field < 0 || field >= at.length || cells.length[i]! < 0) continue;
      if (!this.placeholders.has(cells.bytes, cells.offset[i]!, cells.length[i]!)) at[field] = i;
    }
    return true;
  }

  /** Points at a field's text in the line read last; false where it has none. */
  point(field: string, place: TextPlace): boolean {
    const i = this.at[this.index.get(field)!]!;
    if (i < 0) return false;
    place.bytes = this.cells.bytes;
    place.offset = this.cells.offset[i]!;
    place.length = this.cells.length[i]!;
    return true;
  }

  /** A field's text; '' where the line lacks it. */
  textOf(field: string): string {
    const place: TextPlace = { bytes: this.cells.bytes, offset: 0, length: 0 };
    if (!this.point(field, place)) return '';
    return Buffer.from(place.bytes.buffer, place.bytes.byteOffset + place.offset, place.length).toString();
  }

  /** The line's time as the conversion takes it: the endpoint's where it is near the cloud's; NaN where it has none. */
  time(endpointField: string): number {
    return chosenTime(this.instant(endpointField), this.instant('timestamp'));
  }

  private instant(field: string): number {
    const place: TextPlace = { bytes: this.cells.bytes, offset: 0, length: 0 };
    return this.point(field, place) ? readTime(place.bytes, place.offset, place.length, 'auto') : Number.NaN;
  }
}

/** Calls `each` with every line of a block: its start and its end before the newline. */
export function eachLine(bytes: Uint8Array, length: number, each: (start: number, end: number) => void): void {
  for (let p = 0; p < length; ) {
    const end = bytes.indexOf(NEWLINE, p);
    each(p, end);
    p = end + 1;
  }
}

/** Calls `each` with every line of a block that holds a text, found without reading the others. */
export function eachLineWith(text: string, bytes: Uint8Array, length: number, each: (start: number, end: number) => void): void {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  for (let p = block.indexOf(text); p >= 0; ) {
    const start = block.lastIndexOf(NEWLINE, p) + 1;
    const end = block.indexOf(NEWLINE, p);
    each(start, end);
    p = block.indexOf(text, end);
  }
}
