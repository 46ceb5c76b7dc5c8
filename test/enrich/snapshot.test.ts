/** Snapshots as files: the same facts have the same id, what is broken is refused, what is missing is told. */
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { loadSnapshot } from '../../src/enrich/snapshot-place.js';
import { MemoryStore } from '../../src/store/memory.js';
import { archiveOf, type Line, snapshotOf, textOf } from './enriched.js';

const host = (aid: string, second: number): Line => ({
  aid,
  AgentLoadFlags: '0',
  Time: `${1_772_445_600 + second}.0`,
  ComputerName: `HOST-${aid}`,
});
const identity = (name: string): Line => ({
  event_simpleName: 'UserIdentity',
  aid: 'a',
  UserSid: 'S-1-5-21-1-2-3-4',
  UserName: name,
  timestamp: '1772445600000',
});

async function bytesOf(store: MemoryStore, key: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await store.read(key)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

it('has the same id for the same facts, another for others', async () => {
  const files = { 'fdrv2/aidmaster/b/part-0.gz': [host('a', 1), host('b', 1)], 'data/b/part-0.gz': [identity('ada')] };
  const [first, again] = [await snapshotOf(await archiveOf(files)), await snapshotOf(await archiveOf(files))];
  expect(again.report.id).toBe(first.report.id);
  expect(await bytesOf(again.work, again.report.key)).toEqual(await bytesOf(first.work, first.report.key));
  const other = await snapshotOf(await archiveOf({ ...files, 'data/b/part-0.gz': [identity('eve')] }));
  expect(other.report.id).not.toBe(first.report.id);
  const feedsAlone = await snapshotOf(await archiveOf(files), false);
  expect(feedsAlone.report.tables.identities).toEqual({ rows: 0, owners: 0, versions: 0 });
});

it('is made of what stands before the damage in a file, and says so', async () => {
  const archive = await archiveOf({});
  const whole = gzipSync(textOf([host('a', 1), host('b', 1)]));
  await archive.write('fdrv2/aidmaster/b/part-0.gz', whole.subarray(0, whole.length - 6));
  const { report } = await snapshotOf(archive);
  expect(report.tables.hosts).toEqual({ rows: 2, owners: 2, versions: 2 });
  expect(report.files).toMatchObject({ read: 1, damaged: [{ key: 'fdrv2/aidmaster/b/part-0.gz', reason: 'gzip-truncated' }] });
});

it('counts lines that are no events', async () => {
  const { report } = await snapshotOf(
    await archiveOf({ 'fdrv2/aidmaster/b/part-0.gz': [host('a', 1), '{"cut', '', '[]'], 'data/b/part-0.gz': ['{"UserIdentity'] }),
  );
  expect(report.passedOver).toEqual({ 'not-an-event': 3, 'no-time': 0, 'no-key': 0 });
});

it('is missing, unknown or broken with one sentence that tells what to do', async () => {
  const work = new MemoryStore('memory:work');
  await expect(loadSnapshot(work, './archive')).rejects.toMatchObject({
    code: 'SNAPSHOT_MISSING',
    exitCode: 2,
    message: expect.stringContaining('falconry snapshot ./archive --work memory:work'),
  });
  await expect(loadSnapshot(work, './archive', '0'.repeat(32))).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
  await expect(loadSnapshot(work, './archive', '../../etc/passwd')).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });

  const made = await snapshotOf(await archiveOf({ 'fdrv2/aidmaster/b/part-0.gz': [host('a', 1)] }));
  const bytes = await bytesOf(made.work, made.report.key);
  for (const broken of [bytes.subarray(0, -8), Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]), Buffer.from('')]) {
    await made.work.write(made.report.key, broken);
    await expect(loadSnapshot(made.work, './archive')).rejects.toMatchObject({ code: 'SNAPSHOT_BROKEN' });
  }
  await made.work.write('snapshot/latest.json', '{}');
  await expect(loadSnapshot(made.work, './archive')).rejects.toMatchObject({ code: 'SNAPSHOT_BROKEN' });
});
