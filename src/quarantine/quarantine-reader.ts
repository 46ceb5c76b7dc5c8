/** Reads quarantine files back. */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FalconryError } from '../error.js';
import { type QuarantineRecord, QuarantineRecordSchema } from './record.js';

export const quarantineBroken = (key: string, cause: unknown) =>
  new FalconryError(
    'QUARANTINE_BROKEN',
    `${key} is no quarantine file of Falconry's, or is damaged; restore it or leave it out.`,
    { cause },
  );

/**
 * The records of one quarantine file, in its order.
 *
 * @throws QUARANTINE_BROKEN
 */
export async function* readQuarantine(key: string, source: Readable): AsyncGenerator<QuarantineRecord> {
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const line of createInterface({ input: source.pipe(gunzip), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line !== '') yield QuarantineRecordSchema.parse(JSON.parse(line));
    }
  } catch (error) {
    throw quarantineBroken(key, error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
