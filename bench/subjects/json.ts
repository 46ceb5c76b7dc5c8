/** The peer that goes by objects. */
import { convertWithObjects } from '../peers/json/json-peer.js';
import type { SubjectInput, Work } from '../subject.js';

export async function prepare({ archive, output, rowGroupRows, compressionLevel }: SubjectInput): Promise<Work> {
  return () => convertWithObjects({ archive, target: output, rowGroupRows, compressionLevel });
}
