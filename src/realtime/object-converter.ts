/** Converts one input object as a unit of its own: convert's room, unit conversion and commit, kept from notice to notice. */
import { createHash } from 'node:crypto';
import { commitUnit, convertInScratch, publishUnit } from '../convert/commit.js';
import { type OpenRoom, openRoom } from '../convert/conversion-room.js';
import { conversionSetup } from '../convert/conversion-setup.js';
import type { ConversionRoom } from '../convert/conversion-tools.js';
import { attemptPrefix, type Ledger, ledgerKey, publishedKey, readLedger } from '../convert/ledger.js';
import { openCompiled } from '../convert/open-compiled.js';
import type { FilledOptions } from '../convert/options.js';
import { closeLakePlace, openLakePlace } from '../convert/places.js';
import { convertUnit } from '../convert/unit-converter.js';
import { loadSnapshot } from '../enrich/snapshot-place.js';
import { errorRecord } from '../error.js';
import { deletePrefix } from '../store/delete-prefix.js';
import { openStore, storeOptionsOf } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import { inputDiffers } from './errors.js';
import type { RealtimeInput } from './input.js';

export type InputSource = <T>(use: (store: Pick<ObjectStore, 'read'>) => Promise<T>) => Promise<T>;

export interface ConvertObjectOptions {
  /** lends where the bytes are, once they are needed: the archive, or a copy that has the input's MD5 */
  source: InputSource;
  signal: AbortSignal;
  /** the notice was delivered before: what dead attempts have staged is removed */
  redelivered: boolean;
  onProgress?: ConversionRoom['onProgress'];
}

/**
 * `known`: the lake holds the object already; `finished`: it was committed by an attempt that died, and is published now. `registered`:
 * partitions, where they are to be.
 */
export type ObjectConversion =
  | { how: 'converted'; ledger: Ledger; registered: number | undefined }
  | { how: 'finished' | 'known' };

/**
 * The unit of an input: a hash of bucket, key and ETag alone, so that no regrouping, redelivery, new mapping or snapshot converts the
 * same bytes a second time.
 */
export function realtimeUnit({ bucket, bucketKey, etag }: Pick<RealtimeInput, 'bucket' | 'bucketKey' | 'etag'>): string {
  return createHash('sha256')
    .update(JSON.stringify(['realtime', bucket, bucketKey, etag]))
    .digest('hex')
    .slice(0, 32);
}

/** One conversion at a time; several processes may work on one lake, also beside `convert`. */
export class ObjectConverter {
  #room: Promise<OpenRoom> | undefined;

  private constructor(
    readonly options: FilledOptions,
    private readonly workUri: string,
    private readonly lakeId: string,
  ) {}

  /**
   * Loads mappings, snapshot and DuckDB.
   *
   * @throws WORK_NEEDED, WORK_IN_LAKE, SNAPSHOT_…, MAPPINGS_UNREADABLE, and what stores throw
   */
  static async open(options: FilledOptions): Promise<ObjectConverter> {
    const place = await openLakePlace(options);
    const { workUri, lakeId } = place;
    await closeLakePlace(place);
    const converter = new ObjectConverter(options, workUri, lakeId);
    await converter.#openRoom();
    return converter;
  }

  async convert(input: RealtimeInput, options: ConvertObjectOptions): Promise<ObjectConversion> {
    const room = await this.#openRoom();
    const { work, stagingId } = room.place;
    const unit = realtimeUnit(input);
    const conversion = await this.#settle(room, unit, input, options);
    // of a published unit what is staged is worth nothing: who comes too late takes the ledger that won
    if (options.redelivered) await deletePrefix(work, attemptPrefix(stagingId!, unit, '').replace(/\/+$/, '/'));
    return conversion;
  }

  /** Whatever was found, the unit is published afterwards. */
  async #settle(room: OpenRoom, unit: string, input: RealtimeInput, options: ConvertObjectOptions): Promise<ObjectConversion> {
    const { work } = room.place;
    const key = ledgerKey(this.lakeId, unit);
    if ((await work.head(publishedKey(this.lakeId, unit))) !== undefined) {
      await proveKnown(input, () => readLedger(work, key), options.source);
      return { how: 'known' };
    }
    if ((await work.head(key)) === undefined) return this.#convertNew(room, unit, input, options);
    const ledger = await readLedger(work, key);
    await publishUnit(room.place, ledger, undefined);
    await proveKnown(input, async () => ledger, options.source);
    return { how: 'finished' };
  }

  async #convertNew(
    { setup, place, ...tools }: OpenRoom,
    unit: string,
    { bucket: _, bucketKey: __, md5, ...file }: RealtimeInput,
    { source, signal, onProgress = () => {} }: ConvertObjectOptions,
  ): Promise<ObjectConversion> {
    const begun = performance.now();
    try {
      return await convertInScratch(place, unit, async (scratch, attempt) => {
        const converted = await source((archive) =>
          convertUnit({ ...tools, archive, signal, onProgress }, unit, [file], scratch),
        );
        if (md5 !== undefined) converted.files[0]!.md5 = md5;
        const seconds = (performance.now() - begun) / 1000;
        const { ledger, localPaths } = await commitUnit(place, unit, setup.identity, converted, attempt, seconds);
        const registered = await publishUnit(place, ledger, localPaths);
        return localPaths === undefined ? { how: 'known' } : { how: 'converted', ledger, registered };
      });
    } catch (error) {
      // who knows what a bug has left in the room
      if (!signal.aborted && errorRecord(error).code === 'INTERNAL') await this.close();
      throw error;
    }
  }

  /** The room stays in place until {@link close}. */
  #openRoom(): Promise<OpenRoom> {
    this.#room ??= this.#newRoom();
    return this.#room;
  }

  async #newRoom(): Promise<OpenRoom> {
    const { options, workUri, lakeId } = this;
    const { mapping } = await openCompiled(options.ocsf, options.mappings);
    const { enrich, archive } = options;
    const work = await openStore(workUri, storeOptionsOf(options));
    const snapshot = enrich === false ? undefined : await loadSnapshot(work, archive, enrich === true ? undefined : enrich);
    await work.close();
    // others may work on the same object: what is staged and published is copied, never moved or cleared as a folder
    const place = { lakeId, workUri, workFolder: undefined };
    const room = await openRoom({ ...conversionSetup(options, place, mapping, snapshot), stagingId: `realtime-${lakeId}` });
    return { ...room, place: { ...room.place, lakeFolder: undefined } };
  }

  async close(): Promise<void> {
    const room = await this.#room?.catch(() => undefined);
    this.#room = undefined;
    if (room === undefined) return;
    room.writer.close();
    await closeLakePlace(room.place);
  }
}

/**
 * What is in the lake must be what the message promises, too: a message with another MD5 is wrong, or about other bytes. An ETag
 * or a ledger that says the same MD5 is proof; the object is read again only where neither knows it.
 *
 * @throws NOTICE_INPUT_DIFFERS
 */
async function proveKnown(
  { bucket, bucketKey, etag, md5 }: RealtimeInput,
  readLedger: () => Promise<Ledger>,
  source: InputSource,
): Promise<void> {
  if (md5 === undefined || md5 === etag) return;
  const [file] = (await readLedger()).files;
  if (file?.md5 === undefined) await source(async () => {});
  else if (file.md5 !== md5) throw inputDiffers(`s3://${bucket}/${bucketKey}`, 'MD5', file.md5, md5);
}
