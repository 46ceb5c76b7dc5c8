/** The peer that goes by objects. */

import type { SubjectInput, Work } from '../measurement.js';
import { convertWithObjects } from '../peers/json/json-peer.js';

export async function prepare({ archive, output, rowGroupRows, compressionLevel }: SubjectInput): Promise<Work> {
  return () => convertWithObjects({ archive, target: output, rowGroupRows, compressionLevel });
}
