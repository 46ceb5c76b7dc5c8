/** A bucket's state, in memory. */
import { createHash } from 'node:crypto';
import type { Checksum, ChecksumAlgorithm } from './checksums.js';

/** What a client says of an object besides its bytes; stored and given back. */
export interface ObjectFacts {
  contentType: string;
  /** empty for none; S3 neither packs nor unpacks by it */
  contentEncoding: string;
  /** `x-amz-meta-` headers without that prefix */
  metadata: Record<string, string>;
  storageClass: string;
  /** the headers of server-side encryption, as sent */
  encryption: Record<string, string>;
}

export interface StoredObject extends ObjectFacts {
  bytes: Buffer;
  /** without quotes */
  etag: string;
  lastModified: Date;
  checksum: Checksum | undefined;
}

export interface Part {
  bytes: Buffer;
  etag: string;
  checksum: Checksum | undefined;
}

export interface PendingUpload {
  id: string;
  key: string;
  facts: ObjectFacts;
  started: Date;
  checksum: { algorithm: ChecksumAlgorithm; type: Checksum['type'] } | undefined;
  parts: Map<number, Part>;
}

export class Bucket {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, PendingUpload>();
  /** in UTF-8 byte order */
  readonly #keys: string[] = [];

  constructor(
    readonly name: string,
    readonly region: string,
    /** how a request signed for another region is refused */
    readonly wrongRegion: 'redirect' | 'malformed',
  ) {}

  put(key: string, bytes: Buffer, facts: ObjectFacts, checksum: Checksum | undefined, etag = etagOf(bytes, facts)): StoredObject {
    const object: StoredObject = { ...facts, bytes, etag, lastModified: new Date(), checksum };
    if (!this.objects.has(key)) this.#keys.splice(this.#lowerBound(key), 0, key);
    this.objects.set(key, object);
    return object;
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.#keys.splice(this.#lowerBound(key), 1);
  }

  /** All keys in byte order, from the first that is `from` or above. */
  *keysFrom(from: string): Generator<string> {
    for (let i = this.#lowerBound(from); i < this.#keys.length; i++) yield this.#keys[i]!;
  }

  #lowerBound(key: string): number {
    const bytes = Buffer.from(key);
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(Buffer.from(this.#keys[middle]!), bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** MD5, but as in S3 not for objects encrypted with KMS: nobody may rely on it there. */
export function etagOf(bytes: Buffer, { encryption }: ObjectFacts): string {
  const hash = createHash('md5').update(bytes);
  if (encryption['x-amz-server-side-encryption'] === 'aws:kms') hash.update('kms');
  return hash.digest('hex');
}

export const PLAIN_FACTS: ObjectFacts = {
  contentType: 'binary/octet-stream',
  contentEncoding: '',
  metadata: {},
  storageClass: 'STANDARD',
  encryption: {},
};
