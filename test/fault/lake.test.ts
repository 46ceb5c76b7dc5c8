/** A lake that cannot be written, now and then or at all: one clear sentence, nothing partial, and a rerun that completes. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run.js';
import { mixedLines, writeFiles } from '../convert/made-archive.js';
import { CREDENTIALS, REGION, S3_ENV, startS3, upload } from '../convert/s3-places.js';
import { accessDenied, resetAfter, resetBefore, resetBody, type S3Server, slowDown } from '../support/s3-server.js';
import { treeOf } from './watched-run.js';

const SEED = 20_260_804;
let root: string;
let archive: string;
/** key → bytes of a lake that nothing happened to */
let wanted: Map<string, Buffer>;
let server: S3Server | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'falconry-lake-'));
  archive = join(root, 'archive');
  for (let i = 0; i < 8; i++) await writeFiles(archive, { [`data/b/part-${i}.gz`]: gzipSync(mixedLines(`file-${i}`, 100)) });
  const lake = join(root, 'sound');
  expect((await runCli(args(archive, lake))).code).toBe(0);
  wanted = await objectsOf(lake);
}, 120_000);
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => rm(root, { recursive: true, force: true }));

const args = (from: string, lake: string, ...more: string[]) => [
  ...['convert', from, '--lake', lake, '--region', REGION, '--workers', '2', '--unit-bytes', '12000'],
  ...more,
];

async function objectsOf(lake: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(join(lake, 'ext'), { recursive: true })).filter((name) => /\.[^/]*$/.test(name)).sort();
  return new Map(await Promise.all(names.map(async (name) => [`ext/${name}`, await readFile(join(lake, 'ext', name))] as const)));
}

/** One sentence with its code, and nothing else. */
const ONE_SENTENCE = /^falconry: [^\n]+\. \[[A-Z_]+\]\n$/;

describe('a lake in S3', () => {
  const s3Args = (s3: S3Server, ...more: string[]) =>
    args('s3://archive/fdr', 's3://lake/root', '--work', 's3://work/falconry', '--endpoint-url', s3.endpointUrl, ...more);

  async function start(options: Parameters<typeof startS3>[0] = {}): Promise<S3Server> {
    server = await startS3({ seed: SEED, ...options });
    await upload(server, archive);
    return server;
  }

  function objects(s3: S3Server): Map<string, Buffer> {
    const keys = s3.keys('lake').map((key) => [key.slice('root/'.length), s3.object('lake', key)!.bytes] as const);
    return new Map(keys);
  }

  it('that the role may not write to: exit 1, no object, and a rerun with another role completes', async () => {
    const reader = {
      ...CREDENTIALS,
      allow: (operation: string, bucket: string) => bucket !== 'lake' || !operation.startsWith('Put'),
    };
    const writer = { accessKeyId: 'AKIAWRITER', secretAccessKey: 'secret-of-the-writing-role' };
    const s3 = await start({ principals: [reader, writer] });
    const denied = await runCli(s3Args(s3), { env: S3_ENV });
    expect(denied.code).toBe(1);
    expect(denied.stdout).toBe('');
    expect(denied.stderr).toMatch(ONE_SENTENCE);
    expect(denied.stderr).toMatch(/s3:\/\/lake\/root\/ext\/\S+ cannot be written: access is denied .* \[STORE_ACCESS_DENIED\]/);
    expect(objects(s3).size).toBe(0);

    const asJson = await runCli(s3Args(s3, '--json'), { env: S3_ENV });
    expect([asJson.code, JSON.parse(asJson.stdout).error.code]).toEqual([1, 'STORE_ACCESS_DENIED']);

    const env = { ...S3_ENV, AWS_ACCESS_KEY_ID: writer.accessKeyId, AWS_SECRET_ACCESS_KEY: writer.secretAccessKey };
    expect((await runCli(s3Args(s3), { env })).code).toBe(0);
    expect(objects(s3)).toEqual(wanted);
  }, 120_000);

  it('that throttles, resets and loses answers now and then: nobody notices', async () => {
    const s3 = await start();
    s3.faults.add(
      { fault: slowDown(), rate: 0.05 },
      { fault: resetBefore(), rate: 0.05 },
      { fault: resetAfter(), rate: 0.05 },
      { fault: resetBody(700), operation: 'GetObject', rate: 0.2 },
    );
    // without --json a progress line comes on a busy machine
    const run = await runCli(s3Args(s3, '--json'), { env: S3_ENV });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(s3.faults.struck).toBeGreaterThan(4);
    expect(objects(s3)).toEqual(wanted);
    expect(s3.keys('work').filter((key) => key.includes('/staging/') || key.includes('/lock/'))).toEqual([]);
  }, 120_000);

  it('whose archive denies one file: exit 1, what was published is whole, and the rerun completes', async () => {
    const s3 = await start();
    const last = s3
      .keys('archive')
      .filter((key) => key.endsWith('.gz'))
      .at(-1)!;
    s3.faults.add({ fault: accessDenied(), operation: 'GetObject', key: last });
    const run = await runCli(s3Args(s3), { env: S3_ENV });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(ONE_SENTENCE);
    expect(run.stderr).toContain(`s3://archive/${last} cannot be read`);
    for (const [key, bytes] of objects(s3)) expect(bytes.equals(wanted.get(key)!)).toBe(true);
    s3.faults.clear();
    expect((await runCli(s3Args(s3), { env: S3_ENV })).code).toBe(0);
    expect(objects(s3)).toEqual(wanted);
  }, 120_000);
});

describe('a disk that is full', () => {
  /** less than what one unit stages */
  const ROOM_KIB = 40;
  const disk = () => join(root, 'disk');

  /** @returns false where this machine lets nobody mount */
  async function mounted(): Promise<boolean> {
    await mkdir(disk(), { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM_KIB}k`, 'tmpfs', disk()], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
  afterEach(() => {
    try {
      execFileSync('umount', [disk()], { stdio: 'ignore' });
    } catch {}
  });

  for (const [what, lake, work] of [
    ['lake and work area', 'disk/lake', 'disk/lake/work'],
    ['the work area alone', 'lake', 'disk/work'],
    ['the lake alone', 'disk/lake', 'work'],
  ] as const) {
    it(`for ${what}: exit 1, no partial object, and a rerun with room completes`, async (context) => {
      if (!(await mounted())) return context.skip('mounting a file system is not permitted here');
      const command = args(archive, join(root, lake), '--work', join(root, work));
      const run = await runCli(command);
      expect([run.code, run.stdout]).toEqual([1, '']);
      expect(run.stderr).toMatch(ONE_SENTENCE);
      expect(run.stderr).toMatch(/cannot be written: no space is left, or the quota is used up\. \[STORE_NO_SPACE\]/);
      expect(treeOf(join(root, lake, 'ext')).filter((path) => path.endsWith('.tmp'))).toEqual([]);
      const there = await objectsOf(join(root, lake)).catch(() => new Map<string, Buffer>());
      for (const [key, bytes] of there) expect(bytes.equals(wanted.get(key)!)).toBe(true);

      execFileSync('mount', ['-o', 'remount,size=64m', disk()]);
      expect((await runCli(command)).code).toBe(0);
      expect(await objectsOf(join(root, lake))).toEqual(wanted);
      await rm(join(root, 'lake'), { recursive: true, force: true });
      await rm(join(root, 'work'), { recursive: true, force: true });
    }, 120_000);
  }
});

describe('places that cannot be', () => {
  it('a file where a folder is needed: exit 1 and one sentence', async () => {
    const lake = join(root, 'a-file');
    await writeFile(lake, 'not a folder');
    const run = await runCli(args(archive, lake));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(ONE_SENTENCE);
    expect(run.stderr).toContain('a file stands where a folder is needed');
  }, 60_000);

  it('a work area under ext/: exit 2', async () => {
    const lake = join(root, 'work-in-ext');
    const run = await runCli(args(archive, lake, '--work', join(lake, 'ext', 'work')));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/\[WORK_IN_LAKE\]\n$/);
  }, 60_000);
});
