/**
 * The slices of a plan in the work area: each a gzip member of JSON, with its units and their files, many of them in a part. `zcat` of a
 * part prints a slice a line. Ten million files stand there, so it says of each only what differs.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { z } from 'zod';
import { SECONDARY_FEEDS } from '../archive/feed.js';
import { filesJson, type Unit, type UnitNames } from '../archive/unit.js';
import type { PlannedFile } from '../convert/unit-converter.js';
import { inOrder } from './in-order.js';
import type { OpenPlan, PlanPlace, SlicePlace } from './plan-file.js';

const count = z.number().int().min(0);

export interface Slice {
  slice: number;
  units: { unit: string; files: PlannedFile[] }[];
}

/** Of a unit the feed, of a file the canonical key, the size, the ETag, and its key where that is another. */
export const SliceSchema = z.object({
  slice: count,
  units: z.array(
    z
      .object({
        unit: z.string(),
        feed: z.enum(['events', ...SECONDARY_FEEDS, 'unknown']),
        files: z.array(z.tuple([z.string(), count, z.string(), z.string().optional()])),
      })
      .transform(({ unit, feed, files }) => ({
        unit,
        files: files.map(([canonicalKey, size, etag, key = canonicalKey]) => ({ key, canonicalKey, size, feed, etag })),
      })),
  ),
}) satisfies z.ZodType<Slice>;

/** A unit as it stands in the file. */
export interface PackedUnit {
  unit: string;
  files: number;
  bytes: number;
  json: string;
}

export function packUnit({ feed, files, bytes }: Unit<PlannedFile>, names: UnitNames): PackedUnit {
  const json = filesJson(files);
  const unit = names.of(files, json);
  const entries = files.every(({ key, canonicalKey }) => key === canonicalKey)
    ? json
    : JSON.stringify(
        files.map(({ key, canonicalKey, size, etag }) => [canonicalKey, size, etag, ...(key === canonicalKey ? [] : [key])]),
      );
  return { unit, files: files.length, bytes, json: `{"unit":"${unit}","feed":"${feed}","files":${entries}}` };
}

const partName = (part: number) => `slices/${String(part).padStart(5, '0')}.json.gz`;

/** @throws BACKFILL_BROKEN_FILE, and what the store throws */
export async function readSlice({ plan, place }: OpenPlan, slice: number): Promise<Slice> {
  const { part, start, end } = plan.slices[slice]!.at;
  return place.read(partName(part), SliceSchema, { start, end });
}

/** A window as small as this finds the folder in the line before, and costs a tenth of the memory to set up. */
const GZIP = { level: constants.Z_BEST_SPEED, windowBits: 12, memLevel: 5 } as const;

/** Compresses slices, several at a time. Its buffers are used again: fresh ones cost more than what is written to them. */
export class SlicePacker {
  readonly #free: Buffer[] = [];

  /** What {@link SliceSchema} reads, one gzip member. */
  async pack(slice: number, units: readonly PackedUnit[]): Promise<Buffer> {
    const texts = [`{"slice":${slice},"units":[`, ...units.map(({ json }, i) => (i === 0 ? json : `,${json}`)), ']}\n'];
    // no UTF-16 unit takes more than three bytes
    const most = texts.reduce((length, text) => length + text.length * 3, 0);
    let buffer = this.#free.pop();
    if (buffer === undefined || buffer.length < most) buffer = Buffer.allocUnsafe(most);
    let length = 0;
    for (const text of texts) length += buffer.write(text, length);
    const packed = await promisify(gzip)(buffer.subarray(0, length), GZIP);
    this.#free.push(buffer);
    return packed;
  }
}

const PART_BYTES = 8 * 1024 * 1024;
const UPLOADS = 4;

/** Gathers packed slices into parts, in a folder until they are uploaded: a request a slice would take longer than all the planning. */
export class SliceParts {
  #parts = 0;
  #bytes = PART_BYTES;

  constructor(
    private readonly folder: string,
    private readonly partBytes = PART_BYTES,
  ) {}

  async append(packed: Buffer): Promise<SlicePlace> {
    if (this.#bytes >= this.partBytes) {
      this.#parts++;
      this.#bytes = 0;
    }
    const part = this.#parts - 1;
    const start = this.#bytes;
    this.#bytes += packed.length;
    await appendFile(this.#pathOf(part), packed);
    return { part, start, end: this.#bytes - 1 };
  }

  async upload(place: PlanPlace): Promise<void> {
    const put = (part: number) => place.work.writeFile(place.key(partName(part)), this.#pathOf(part), { consume: true });
    for await (const _ of inOrder(Array(this.#parts).keys(), UPLOADS, put));
  }

  #pathOf(part: number): string {
    return join(this.folder, `part-${part}`);
  }
}
