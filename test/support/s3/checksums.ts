/** The checksums S3 verifies, written out here so that they do not share code with the SDK under test. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** algorithm by the last part of its header, `x-amz-checksum-…` */
export const CHECKSUMS = {
  crc32: (bytes: Uint8Array) => bigEndian(crc32(bytes)),
  crc32c: (bytes: Uint8Array) => bigEndian(crc32c(bytes)),
  crc64nvme: (bytes: Uint8Array) => crc64nvme(bytes),
  sha1: (bytes: Uint8Array) => createHash('sha1').update(bytes).digest(),
  sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest(),
} as const;

export type ChecksumAlgorithm = keyof typeof CHECKSUMS;

export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** base64; a composite one ends in `-<parts>` */
  value: string;
  type: 'FULL_OBJECT' | 'COMPOSITE';
}

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(CHECKSUMS, name);
}

/** base64, as in the headers */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  return CHECKSUMS[algorithm](bytes).toString('base64');
}

/** The element in S3's XML: `ChecksumCRC32C`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC32C_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc;
}

/** high and low half of each entry, since numbers hold 32 bits in bit operations */
const CRC64_HIGH = new Uint32Array(256);
const CRC64_LOW = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let crc = BigInt(i);
  for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  CRC64_HIGH[i] = Number(crc >> 32n);
  CRC64_LOW[i] = Number(crc & 0xffffffffn);
}

function crc64nvme(bytes: Uint8Array): Buffer {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ CRC64_LOW[index]!;
    high = (high >>> 8) ^ CRC64_HIGH[index]!;
  }
  return Buffer.concat([bigEndian(~high), bigEndian(~low)]);
}
