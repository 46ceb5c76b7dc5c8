/** Cells of the scanner as plain values. */
import { LineCells } from '../../src/scan/cells.js';
import { FieldDictionary } from '../../src/scan/dictionary.js';
import { ExactParser, type LineFault } from '../../src/scan/exact.js';
import { TextBuffer } from '../../src/scan/exact-text.js';
import { FlatScanner } from '../../src/scan/flat.js';
import { unescapeInPlace } from '../../src/scan/json-text.js';
import type { Cell } from './oracle.js';

/** Both scanners over one dictionary, as the normalizer has them. */
export class Scanners {
  readonly dictionary: FieldDictionary;
  private readonly flatScanner: FlatScanner;
  private readonly exactParser: ExactParser;
  private readonly cells = new LineCells();
  private readonly text = new TextBuffer();

  constructor(known: readonly string[] = [], maxKeys?: number) {
    this.dictionary = new FieldDictionary(known, maxKeys);
    this.flatScanner = new FlatScanner(this.dictionary);
    this.exactParser = new ExactParser(this.dictionary);
  }

  /** The cells of a line between other lines; undefined where the flat scanner hands it back. Throws if it ends elsewhere. */
  flat(line: Uint8Array): Cell[] | undefined {
    const before = '{"a":"b"}\n';
    const bytes = Buffer.concat([Buffer.from(before), line, Buffer.from('\n{"next":"line"}\n')]);
    const end = this.flatScanner.scan(bytes, before.length, this.cells);
    if (end < 0) return undefined;
    if (end !== before.length + line.length + 1)
      throw new Error(`the line ends at ${before.length + line.length}, not at ${end}`);
    for (const i of this.cells.escaped)
      this.cells.length[i] = unescapeInPlace(bytes, this.cells.offset[i]!, this.cells.length[i]!);
    return this.read();
  }

  exact(line: Uint8Array): Cell[] | LineFault {
    const bytes = Buffer.concat([Buffer.from('{\n'), line, Buffer.from('\n"}')]);
    return this.exactParser.parse(bytes, 2, 2 + line.length, this.text, this.cells) ?? this.read();
  }

  private read(): Cell[] {
    const { count, field, offset, length, keyOffset, keyLength, bytes } = this.cells;
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const text = (from: number, size: number) => decoder.decode(bytes.subarray(from, from + size));
    return Array.from({ length: count }, (_, i): Cell => {
      const name = field[i]! >= 0 ? this.dictionary.name(field[i]!) : text(keyOffset[i]!, keyLength[i]!);
      return [name, length[i]! < 0 ? null : text(offset[i]!, length[i]!)];
    });
  }
}
