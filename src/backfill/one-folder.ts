/** Copies of a file can only lie in different folders of an archive: where all files lie below one, none need be remembered. */

import type { Copies } from '../convert/plan-files.js';
import type { PlannedFile } from '../convert/unit-converter.js';

/** Thrown where a file may be the copy of another: those before it would have had to be remembered. */
export class CopiesPossible extends Error {
  override name = 'CopiesPossible';
}

/**
 * For an archive in which one path stands before all canonical keys (`tenant/` in `tenant/data/…`), as it does in most:
 * then no two keys have one canonical key. An archive of any size takes no memory. Keys must come in order.
 */
export class OneFolder implements Copies {
  #cut: number | undefined;
  #path = '';
  #last: string | undefined;

  /** @throws CopiesPossible at the first file of a second folder, and where a key comes twice */
  isCopy({ key, canonicalKey }: Pick<PlannedFile, 'key' | 'canonicalKey'>): boolean {
    const cut = key.length - canonicalKey.length;
    const path = cut > 0 ? key.slice(0, cut) : cut < 0 ? canonicalKey.slice(0, -cut) : '';
    if (this.#cut === undefined) {
      this.#cut = cut;
      this.#path = path;
    }
    if (cut !== this.#cut || path !== this.#path || key === this.#last) throw new CopiesPossible(key);
    this.#last = key;
    return false;
  }
}
