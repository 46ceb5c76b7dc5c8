/** The SQL peer on one thread; the argument picks a variant (`columns/patch`), else the fastest. */

import type { SubjectInput, Work } from '../measurement.js';
import { convertWithSql, FASTEST, type PeerVariant } from '../peers/sql/sql-peer.js';

export async function prepare(input: SubjectInput, argument: string | undefined): Promise<Work> {
  const { archive, output, rowGroupRows, compressionLevel } = input;
  const [order, unmapped] = (argument ?? `${FASTEST.order}/${FASTEST.unmapped}`).split('/') as [
    PeerVariant['order'],
    PeerVariant['unmapped'],
  ];
  return () =>
    convertWithSql({ archive, target: output, rowGroupRows, compressionLevel, threads: 1, variant: { order, unmapped } });
}
