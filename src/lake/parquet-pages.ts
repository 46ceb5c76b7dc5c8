/**
 * The size of a Parquet file's data pages. DuckDB tells of column chunks only, so the page headers are read here: Thrift's
 * compact protocol, as far as a header needs it.
 */
import { type FileHandle, open } from 'node:fs/promises';

/** A column chunk: where its first page lies, and bounds for what is in it. */
export interface ColumnChunk {
  offset: number;
  compressedBytes: number;
  /** no page of the chunk can be larger */
  uncompressedBytes: number;
}

export interface PageSizes {
  /** the largest data page, uncompressed bytes */
  largest: number;
  /** data pages above the limit */
  above: number;
}

interface PageHeader {
  isData: boolean;
  uncompressedBytes: number;
  compressedBytes: number;
  headerBytes: number;
}

/** Page types: DATA_PAGE and DATA_PAGE_V2; the others are indexes and dictionaries. */
const DATA_PAGES = [0, 3];
/** Headers hold the smallest and largest value of the page, so there is no bound but the second. */
const HEADER_GUESS = 512;
const HEADER_MAX = 1 << 24;
/** A header's structs lie three deep; bytes that are none can look deeper. */
const MAX_DEPTH = 8;

/**
 * Reads only what can matter: chunks from the largest down, until none can hold a larger page or one above the limit.
 *
 * @param chunks in falling order of `uncompressedBytes`
 * @throws PageHeaderError
 */
export async function pageSizes(path: string, chunks: Iterable<ColumnChunk>, limit: number): Promise<PageSizes> {
  const sizes: PageSizes = { largest: 0, above: 0 };
  const file = await open(path);
  try {
    for (const chunk of chunks) {
      if (chunk.uncompressedBytes <= sizes.largest && chunk.uncompressedBytes <= limit) break;
      await addChunk(file, chunk, limit, sizes);
    }
  } finally {
    await file.close();
  }
  return sizes;
}

async function addChunk(file: FileHandle, chunk: ColumnChunk, limit: number, sizes: PageSizes): Promise<void> {
  const end = chunk.offset + chunk.compressedBytes;
  for (let at = chunk.offset; at < end; ) {
    const header = await readHeader(file, at);
    at += header.headerBytes + header.compressedBytes;
    if (!header.isData) continue;
    sizes.largest = Math.max(sizes.largest, header.uncompressedBytes);
    if (header.uncompressedBytes > limit) sizes.above++;
  }
}

async function readHeader(file: FileHandle, at: number): Promise<PageHeader> {
  for (let size = HEADER_GUESS; size <= HEADER_MAX; size *= 16) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, at);
    const header = parsePageHeader(buffer.subarray(0, bytesRead));
    if (header !== undefined) return header;
    if (bytesRead < size) break;
  }
  throw new PageHeaderError(`there is no page header at byte ${at}`);
}

/** Undefined where the bytes end before the header does. Fields: 1 type, 2 uncompressed size, 3 compressed size. */
export function parsePageHeader(bytes: Uint8Array): PageHeader | undefined {
  const reader = new CompactReader(bytes);
  const numbers: number[] = [];
  reader.struct((id, type) => {
    if (type === TYPE.i32) numbers[id] = reader.zigzag();
    else reader.skip(type);
  });
  if (reader.at > bytes.length) return undefined;
  const [, kind, uncompressedBytes, compressedBytes] = numbers;
  if (kind === undefined || uncompressedBytes === undefined || compressedBytes === undefined || compressedBytes < 0)
    throw new PageHeaderError('a page header is without type or sizes');
  return { isData: DATA_PAGES.includes(kind), uncompressedBytes, compressedBytes, headerBytes: reader.at };
}

/** The bytes where a page header should be are none. */
export class PageHeaderError extends Error {
  override readonly name = 'PageHeaderError';
}

const TYPE = { true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, struct: 12 } as const;

/** Reads past the end as zeros and lets `at` tell: a zero byte ends a struct, so that it always comes to an end. */
class CompactReader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(field: (id: number, type: number) => void): void {
    for (let id = 0; ; ) {
      const head = this.byte();
      if (head === 0) return;
      id = head >> 4 === 0 ? this.zigzag() : id + (head >> 4);
      field(id, head & 15);
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  skip(type: number, depth = 0): void {
    if (depth > MAX_DEPTH) throw new PageHeaderError('a page header has structs in structs');
    switch (type) {
      case TYPE.true:
      case TYPE.false:
        return;
      case TYPE.byte:
        this.at += 1;
        return;
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        this.varint();
        return;
      case TYPE.double:
        this.at += 8;
        return;
      case TYPE.binary:
        this.at += this.varint();
        return;
      case TYPE.list:
      case TYPE.set:
        this.skipList(depth);
        return;
      case TYPE.struct:
        this.struct((_id, inner) => this.skip(inner, depth + 1));
        return;
      default:
        throw new PageHeaderError(`a page header has a field of the unknown type ${type}`);
    }
  }

  private skipList(depth: number): void {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    const type = head & 15;
    for (let i = 0; i < size && this.at <= this.bytes.length; i++) {
      if (type === TYPE.true || type === TYPE.false) this.at++;
      else this.skip(type, depth + 1);
    }
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  private byte(): number {
    return this.bytes[this.at++] ?? 0;
  }
}
