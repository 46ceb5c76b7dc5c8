/** A quarantined line as it lies in the work area: gzip NDJSON, one record a line. */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';

export const QuarantineRecordSchema = z.object({
  /** `not-json`, `cut-off`, `not-an-object`, `duplicate-key`, `too-deep`, `no-time`, `no-event-type`, `line-too-long` */
  reason: z.string(),
  /** the archive file's key */
  file: z.string(),
  etag: z.string(),
  /** the secondary feed that the line is a row of; absent: events */
  feed: z.string().optional(),
  /** from 1 */
  line: z.number().int(),
  /** offset of the line in the inflated file */
  offset: z.number().int(),
  /** the line, where it is valid UTF-8 */
  raw: z.string().optional(),
  /** the line's bytes, where it is not */
  raw_base64: z.string().optional(),
  /** with `line-too-long`: bytes of the whole line; `raw` is only its beginning */
  length: z.number().int().optional(),
});

export type QuarantineRecord = z.output<typeof QuarantineRecordSchema>;

/** A line on its way to quarantine, with its own bytes. */
export interface QuarantineEntry {
  reason: string;
  file: string;
  etag: string;
  feed?: string | undefined;
  line: number;
  offset: number;
  bytes: Uint8Array;
  length?: number;
}

export function recordOf(entry: QuarantineEntry): QuarantineRecord {
  const { reason, file, etag, feed, line, offset, bytes, length } = entry;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    reason,
    file,
    etag,
    ...(feed === undefined ? {} : { feed }),
    line,
    offset,
    ...(isUtf8(text) ? { raw: text.toString('utf8') } : { raw_base64: text.toString('base64') }),
    ...(length === undefined ? {} : { length }),
  };
}

/** The line's own bytes again. */
export function rawBytes(record: QuarantineRecord): Uint8Array {
  return record.raw_base64 === undefined ? Buffer.from(record.raw ?? '', 'utf8') : Buffer.from(record.raw_base64, 'base64');
}
