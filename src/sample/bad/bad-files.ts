/** Every kind of file that a converter of FDR must survive. */
import { gzipSync } from 'node:zlib';
import type { EventMaker } from './event-maker.js';
import type { BadFile } from './kinds.js';

export interface BadFileKind {
  kind: string;
  what: string;
  /** in the batch's folder */
  name: string;
  state: BadFile['state'];
  /** the file, and how many events were put in; pieces, so that a long one never lies in memory */
  make(maker: EventMaker): {
    lines: number;
    bytes: Iterable<Uint8Array> /** the pieces have still to be compressed */;
    inflated?: true;
  };
}

const FEW = 40;
/** Long enough that deflate makes several blocks of it. */
const MANY = 2_000;

const gzip = (text: string): Buffer => gzipSync(text, { level: 4 });
const lines = (maker: EventMaker, count: number): string => Array.from({ length: count }, () => `${maker.event()}\n`).join('');
const whole = (count: number, ...bytes: Uint8Array[]): { lines: number; bytes: Uint8Array[] } => ({ lines: count, bytes });
const fine = (text: (m: EventMaker) => string) => (m: EventMaker) => whole(FEW, gzip(text(m)));
const few = fine((m) => lines(m, FEW));

/** Bytes of the longest line: more than 17 MiB, above what a reader with a limit of 16 MiB takes. */
const LONG_LINE_BYTES = 18 * 1024 * 1024;

function* longLine(maker: EventMaker): Generator<Uint8Array> {
  yield Buffer.from(`${maker.event()}\n`);
  const [before, after] = maker
    .event({ event_simpleName: '"ScriptControlScanTelemetry"', name: '"ScriptControlScanTelemetryV5"', ScriptContent: '"@"' })
    .split('@') as [string, string];
  yield Buffer.from(before);
  const piece = Buffer.from('Write-Output \\u003d \\"naïve façade\\";\\r\\n'.repeat(1600));
  for (let done = 0; done < LONG_LINE_BYTES; done += piece.length) yield piece;
  yield Buffer.from(`${after}\n${maker.event()}\n`);
}

function truncated(maker: EventMaker): Uint8Array {
  const bytes = gzip(lines(maker, MANY));
  return bytes.subarray(0, Math.floor(bytes.length * 0.6));
}

function corrupt(maker: EventMaker): Uint8Array {
  const bytes = gzip(lines(maker, MANY));
  bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 256);
  return bytes;
}

/** The CRC, four bytes before the length at the end. */
function wrongChecksum(maker: EventMaker): Uint8Array {
  const bytes = gzip(lines(maker, FEW));
  bytes[bytes.length - 8]! ^= 0x55;
  return bytes;
}

/** Runs of one letter, the most that deflate can shrink. */
function highRatio(maker: EventMaker): { lines: number; bytes: Uint8Array[] } {
  const name = `"${'x'.repeat(30_000)}"`;
  const text = Array.from({ length: 600 }, () => `${maker.event({ ContextBaseFileName: name })}\n`).join('');
  return whole(600, gzipSync(text, { level: 9 }));
}

/** Members of zeros after a few events, a thousand bytes out of one: more than a reader should ever follow. */
function bomb(maker: EventMaker): { lines: number; bytes: Uint8Array[] } {
  const zeros = gzipSync(Buffer.alloc(4 * 1024 * 1024, '0'), { level: 9 });
  return whole(FEW, gzip(lines(maker, FEW)), ...Array.from({ length: 80 }, () => zeros));
}

export const BAD_FILE_KINDS: readonly BadFileKind[] = [
  {
    kind: 'gzip-truncated',
    what: 'gzip cut short',
    name: 'part-00001.gz',
    state: 'damaged',
    make: (m) => whole(MANY, truncated(m)),
  },
  {
    kind: 'gzip-corrupt',
    what: 'gzip with wrong bytes in the middle',
    name: 'part-00002.gz',
    state: 'damaged',
    make: (m) => whole(MANY, corrupt(m)),
  },
  {
    kind: 'gzip-bad-checksum',
    what: 'gzip whose CRC does not match',
    name: 'part-00003.gz',
    state: 'damaged',
    make: (m) => whole(FEW, wrongChecksum(m)),
  },
  {
    kind: 'gzip-trailing-garbage',
    what: 'bytes after the end of the gzip',
    name: 'part-00004.gz',
    state: 'damaged',
    make: (m) => whole(FEW, gzip(lines(m, FEW)), Buffer.from('garbage after the end')),
  },
  {
    kind: 'not-gzip',
    what: 'plain lines named .gz',
    name: 'part-00005.gz',
    state: 'damaged',
    make: (m) => whole(FEW, Buffer.from(lines(m, FEW))),
  },
  { kind: 'zero-bytes', what: 'a .gz of zero bytes', name: 'part-00006.gz', state: 'damaged', make: () => whole(0) },
  { kind: 'gzip-empty', what: 'a sound gzip of nothing', name: 'part-00007.gz', state: 'fine', make: () => whole(0, gzip('')) },
  {
    kind: 'gzip-multi-member',
    what: 'three gzip members, a line broken across two',
    name: 'part-00008.gz',
    state: 'fine',
    make: multiMember,
  },
  {
    kind: 'gzip-high-ratio',
    what: 'events that inflate several hundred times',
    name: 'part-00009.gz',
    state: 'fine',
    make: highRatio,
  },
  {
    kind: 'long-line',
    what: 'a line of 18 MiB between two events',
    name: 'part-00010.gz',
    state: 'fine',
    make: (m) => ({ lines: 3, bytes: longLine(m), inflated: true }),
  },
  {
    kind: 'no-final-newline',
    what: 'no newline after the last line',
    name: 'part-00011.gz',
    state: 'fine',
    make: fine((m) => lines(m, FEW).slice(0, -1)),
  },
  {
    kind: 'byte-order-mark',
    what: 'a UTF-8 byte order mark before the first line',
    name: 'part-00012.gz',
    state: 'fine',
    make: fine((m) => `\ufeff${lines(m, FEW)}`),
  },
  { kind: 'name-with-space', what: 'an object name with a space', name: 'part 00013.gz', state: 'fine', make: few },
  { kind: 'name-with-escape', what: 'an object name that looks escaped', name: 'part%2F00014.gz', state: 'fine', make: few },
  {
    kind: 'name-with-equals',
    what: 'an object name with signs that URLs care for',
    name: 'part=00015+a&b.gz',
    state: 'fine',
    make: few,
  },
  { kind: 'name-not-ascii', what: 'an object name outside ASCII', name: 'part-00016-größe.gz', state: 'fine', make: few },
  {
    kind: 'gzip-bomb',
    what: 'a zip bomb: 320 MiB of zeros in 330 kB',
    name: 'part-00017.gz',
    state: 'damaged',
    make: bomb,
  },
  {
    kind: 'foreign-text',
    what: 'a text file among the events',
    name: 'README.txt',
    state: 'foreign',
    make: () => whole(0, Buffer.from('Copied from the vendor bucket on Monday.\n')),
  },
  {
    kind: 'foreign-json',
    what: 'a JSON file among the events',
    name: 'manifest.json',
    state: 'foreign',
    make: () => whole(0, Buffer.from('{"files":[]}\n')),
  },
  {
    kind: 'foreign-checksum',
    what: 'a checksum file as Hadoop leaves it',
    name: '.part-00000.gz.crc',
    state: 'foreign',
    make: () => whole(0, Uint8Array.of(0x63, 0x72, 0x63, 0, 0, 0, 2, 0)),
  },
];

function multiMember(maker: EventMaker): { lines: number; bytes: Uint8Array[] } {
  const text = lines(maker, FEW);
  const third = Math.floor(text.length / 3);
  return whole(FEW, gzip(text.slice(0, third)), gzip(text.slice(third, 2 * third)), gzip(text.slice(2 * third)));
}
