/** An archive that grows batch by batch, and what must come out of it. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeSample } from '../../src/sample/sample.js';

export interface GrowingArchive {
  folder: string;
  /** batches that have not come yet */
  left: number;
  /** Lets the next batch come; nothing where all are there. */
  grow(): Promise<void>;
  /** `metadata.uid` of every event that is there, in order. */
  uids(): Promise<string[]>;
  /** lines that cannot be converted, one in each batch that is there */
  badLines(): number;
}

/** One batch is there at first. Each holds a few files and a line that is no event. */
export async function growingArchive(
  root: string,
  options: { events: number; batches: number; seed: number },
): Promise<GrowingArchive> {
  const whole = join(root, 'whole');
  const folder = join(root, 'archive');
  const { events, batches, seed } = options;
  await writeSample({ directory: whole, events, hosts: 10, seed, eventsPerFile: Math.ceil(events / batches / 4), feeds: false });
  const names = (await readdir(join(whole, 'data'))).sort();
  const files = (
    await Promise.all(names.map(async (name) => (await readdir(join(whole, 'data', name))).map((file) => join(name, file))))
  ).flat();
  // the sample's own batches follow its hours; here they are to be even
  const share = Math.ceil(files.length / batches);
  const came: string[][] = [];
  const archive: GrowingArchive = {
    folder,
    left: Math.ceil(files.length / share),
    async grow() {
      const batch = files.splice(0, share);
      if (batch.length === 0) return;
      came.push(batch);
      archive.left--;
      for (const file of batch) await cp(join(whole, 'data', file), join(folder, 'data', file), { recursive: true });
      const bad = join(folder, 'data', `bad-${came.length}`);
      await mkdir(bad, { recursive: true });
      await writeFile(join(bad, 'part-00000.gz'), gzipSync(`no event ${came.length}\n`));
    },
    async uids() {
      const lists = await Promise.all(came.flat().map((file) => uidsOf(join(folder, 'data', file))));
      return lists.flat().sort();
    },
    badLines: () => came.length,
  };
  await archive.grow();
  return archive;
}

async function uidsOf(path: string): Promise<string[]> {
  if (!path.endsWith('.gz')) return [];
  const lines = gunzipSync(await readFile(path))
    .toString()
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const { id } = JSON.parse(line) as { id?: string };
    return id ?? createHash('sha256').update(line).digest('hex');
  });
}
