/** What large files take of the function's memory and scratch: it runs in a process of its own, as in Lambda. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FunctionProcess } from '../../bench/function/function-process.js';
import { S3_ENV, startS3 } from '../convert/s3-places.js';
import { type LargeFile, writeLargeFile } from './large-file.js';
import { localPlaces } from './local-places.js';
import { fdrNotice, noticedOn, s3Notice } from './notices.js';
import { realtimeEnv } from './realtime-places.js';
import { ScratchWatch } from './scratch-watch.js';

Object.assign(process.env, S3_ENV);
const MiB = 2 ** 20;
/** What a Lambda function has by `infra/`'s default, and what is to be left of it. */
const FUNCTION_MIB = 3008;
const MARGIN_MIB = 768;
/** Compressed 10^6 bytes: `FALCONRY_LARGE=85` is the long form, a usual part file of FDR and one twice as large. */
const LARGE = Number(process.env.FALCONRY_LARGE ?? 4);

const local = localPlaces(startS3);
const KEY = 'fdr/data/b/large.gz';

async function converted(file: LargeFile, notice: unknown): Promise<{ peakMiB: number; scratchBytes: number }> {
  const scratch = join(local.folder, `scratch-${file.events}`);
  await mkdir(scratch);
  const watch = new ScratchWatch(scratch);
  const fn = await FunctionProcess.start({ ...realtimeEnv(local.server), TMPDIR: scratch });
  try {
    const result = await fn.invoke({ Records: [{ messageId: 'm1', body: JSON.stringify(notice) }] }, 86_400);
    expect(result).toEqual({ payload: { batchItemFailures: [] } });
    const { peakResidentBytes } = fn.use();
    const { events } = fn.log().find(({ event }) => event === 'batch') as { events: { read: number; written: number } };
    expect(events).toMatchObject({ read: file.events, written: file.events });
    return { peakMiB: peakResidentBytes / MiB, scratchBytes: watch.peakBytes };
  } finally {
    watch.end();
    await fn.stop();
  }
}

it(`files of ${LARGE} and ${2 * LARGE} MB fit into the function's memory, and its scratch`, async () => {
  const path = join(local.folder, 'large.gz');
  for (const megabytes of [LARGE, 2 * LARGE]) {
    const file = await writeLargeFile(path, megabytes * 1e6);
    local.server.put('archive', KEY, await readFile(path));
    await rm(path);
    // FDR's own message, whose file is copied to scratch and proven there; then a notice, whose file is read as it streams
    const notice = megabytes === LARGE ? fdrNotice(local.server, [KEY]) : s3Notice(noticedOn(local.server, KEY));
    const { peakMiB, scratchBytes } = await converted(file, notice);
    const facts = `${file.bytes} bytes, ${file.inflatedBytes} inflated: peak ${peakMiB.toFixed(0)} MiB, scratch ${scratchBytes}`;
    process.stdout.write(`${facts}\n`);
    expect(peakMiB, facts).toBeLessThan(FUNCTION_MIB - MARGIN_MIB);
    // a file of more rows than a window holds has them there as runs: at most a half of its lines
    expect(scratchBytes, facts).toBeLessThan(1.5 * file.bytes + 0.5 * file.inflatedBytes + 16 * MiB);
    expect(scratchBytes, facts).toBeGreaterThan(megabytes === LARGE ? file.bytes : 0);
  }
}, 7_200_000);
