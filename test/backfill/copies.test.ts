/** An archive that holds files twice, in two folders: planned once, whether it is listed or read from an inventory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { planBackfill } from '../../src/backfill/plan.js';
import { s3Options } from '../convert/s3-places.js';
import { JOB_ENV, startBackfill } from './backfill-places.js';

it('plans a copy once, and an inventory gives the plan that the listing gives', async () => {
  Object.assign(process.env, JOB_ENV);
  const folder = await mkdtemp(join(tmpdir(), 'falconry-copies-'));
  const backfill = await startBackfill({ batches: 4, files: 3, events: 1 });
  try {
    const { s3 } = backfill;
    const given = s3Options(s3);
    const once = await planBackfill(given, {});
    expect(once).toMatchObject({ new: true, files: 12, known: 0 });
    // a whole copy, and one file more in it
    for (const key of s3.keys('archive')) s3.put('archive', key.replace('fdr/', 'fdr/old/'), s3.object('archive', key)!.bytes);
    s3.put('archive', 'fdr/old/data/more/part-00000.gz', gzipSync('{}'));
    const twice = await planBackfill(given, {});
    expect(twice).toMatchObject({ new: true, files: 13, known: 12, found: { files: 25, markers: 8 } });

    const rows = s3.keys('archive').map((key) => {
      const { bytes, etag } = s3.object('archive', key)!;
      return `"archive","${encodeURIComponent(key)}","${bytes.length}","${etag.replaceAll('"', '')}"\n`;
    });
    await writeFile(join(folder, 'rows.csv.gz'), gzipSync(rows.reverse().join('')));
    const manifest = {
      sourceBucket: 'archive',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key, Size, ETag',
      files: [{ key: 'rows.csv.gz' }],
    };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const fromInventory = await planBackfill(given, { inventory: join(folder, 'manifest.json') });
    expect(fromInventory).toEqual({ ...twice, new: false });
  } finally {
    await backfill.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
