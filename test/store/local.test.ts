/** What is LocalStore's own: links, odd files, atomic writes, and races between processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStore } from '../../src/store/local.js';
import { content, keys, list } from '../contract/object-store.js';

/** a memory file system, where there is one */
const otherFileSystem =
  statSync('/dev/shm', { throwIfNoEntry: false })?.dev !== undefined && statSync('/dev/shm').dev !== statSync(tmpdir()).dev;

let outside: string;
let root: string;
let store: LocalStore;

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'falconry-local-'));
  root = join(outside, 'root');
  await mkdir(join(root, 'data'), { recursive: true });
  await writeFile(join(root, 'data', 'a'), 'inside');
  await writeFile(join(outside, 'private'), 'outside');
  store = new LocalStore(root);
});

afterEach(() => rm(outside, { recursive: true, force: true }));

const refused = { code: 'STORE_KEY_REFUSED' };

describe('the root', () => {
  it('may be absent: then it lists nothing, and the first write makes it', async () => {
    const later = new LocalStore(join(root, 'not', 'yet'));
    expect(await keys(later, '')).toEqual([]);
    expect(await later.head('a')).toBeUndefined();
    await later.delete('a');
    await later.write('x/a', 'text');
    expect(await readFile(join(root, 'not', 'yet', 'x', 'a'), 'utf8')).toBe('text');
  });

  it('may be a link', async () => {
    await symlink(root, join(outside, 'link'));
    const linked = new LocalStore(join(outside, 'link'));
    expect(await keys(linked, '')).toEqual(['data/a']);
    await linked.write('data/b', 'x');
    expect((await content(store, 'data/b')).toString()).toBe('x');
  });

  it('must not be a file', async () => {
    const file = new LocalStore(join(root, 'data', 'a'));
    const error = { code: 'STORE_NOT_A_FOLDER', message: expect.stringContaining(join(root, 'data', 'a')) };
    await expect(keys(file, '')).rejects.toMatchObject(error);
    await expect(file.write('b', 'x')).rejects.toMatchObject(error);
    await expect(file.read('b')).rejects.toMatchObject(error);
  });
});

describe('links', () => {
  it('to a file inside are that file', async () => {
    await symlink('data/a', join(root, 'link'));
    expect(await keys(store, '')).toEqual(['data/a', 'link']);
    expect((await content(store, 'link')).toString()).toBe('inside');
    expect((await store.head('link'))?.size).toBe(6);
  });

  it('to a folder inside are not walked, which would show its files twice', async () => {
    await symlink('.', join(root, 'data', 'circle'));
    expect(await keys(store, '')).toEqual(['data/a']);
  });

  it('to nowhere or to themselves are not there', async () => {
    await symlink('gone', join(root, 'dangling'));
    await symlink('self', join(root, 'self'));
    expect(await keys(store, '')).toEqual(['data/a']);
    for (const key of ['dangling', 'self']) {
      expect(await store.head(key)).toBeUndefined();
      await expect(store.read(key)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    }
  });

  it('that lead outside are refused, to a file or a folder, for every operation', async () => {
    await symlink(join(outside, 'private'), join(root, 'file'));
    await symlink(outside, join(root, 'up'));
    for (const key of ['file', 'up/private']) {
      await expect(store.read(key), key).rejects.toMatchObject(refused);
      await expect(store.head(key), key).rejects.toMatchObject(refused);
    }
    await expect(store.write('up/new', 'x')).rejects.toMatchObject(refused);
    await expect(store.write('up/deep/er/new', 'x', { ifAbsent: true })).rejects.toMatchObject(refused);
    await expect(store.writeFile('up/new', join(root, 'data', 'a'))).rejects.toMatchObject(refused);
    await expect(store.delete('up/private')).rejects.toMatchObject(refused);
    await expect(keys(store, '')).rejects.toMatchObject(refused);
    await expect(keys(store, 'up/')).rejects.toMatchObject(refused);
    expect((await readdir(outside)).sort()).toEqual(['private', 'root']);
    expect(await readFile(join(outside, 'private'), 'utf8')).toBe('outside');
  });

  it('are replaced by a write and removed by a delete, not followed', async () => {
    await symlink(join(outside, 'private'), join(root, 'written'));
    await symlink(join(outside, 'private'), join(root, 'deleted'));
    await store.write('written', 'mine');
    await store.delete('deleted');
    expect(await keys(store, '')).toEqual(['data/a', 'written']);
    expect(await readFile(join(outside, 'private'), 'utf8')).toBe('outside');
  });

  it('beside the root with its name as a beginning are outside', async () => {
    await mkdir(join(outside, 'root2'));
    await writeFile(join(outside, 'root2', 'x'), 'x');
    await symlink(join(outside, 'root2', 'x'), join(root, 'near'));
    await expect(store.read('near')).rejects.toMatchObject(refused);
  });
});

describe('names', () => {
  it('that no file can have are refused', async () => {
    for (const key of ['a//b', 'a/', 'data/.falconry-0123456789abcdef.tmp', `${'n'.repeat(256)}`])
      await expect(store.write(key, 'x'), key).rejects.toMatchObject(refused);
  });

  it('that are not UTF-8 are listed, and reading them is refused', async () => {
    const bytes = (...parts: (string | number)[]) =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
    await writeFile(bytes(root, '/data/b', 0xff), 'one');
    await writeFile(bytes(root, '/data/b', 0xfe), 'two');
    await writeFile(bytes(root, '/data/b\ufffd'), 'valid');
    await mkdir(bytes(root, '/odd', 0x80));
    await writeFile(bytes(root, '/odd', 0x80, '/inner'), 'x');
    const listed = await list(store, '');
    expect(listed.map(({ key, size }) => [key, size])).toEqual([
      ['data/a', 6],
      ['data/b\ufffd', 5],
      ['data/b\udcfe', 3],
      ['data/b\udcff', 3],
      ['odd\udc80/inner', 1],
    ]);
    for (const { key } of listed.filter((info) => /\p{Surrogate}/u.test(info.key)))
      await expect(store.read(key)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('not valid UTF-8; rename it'),
      });
    expect((await content(store, 'data/b\ufffd')).toString()).toBe('valid');
  });
});

describe('what is no regular file', () => {
  it('is no object: neither a folder nor a pipe, which must not make us wait', async () => {
    await mkdir(join(root, 'empty'));
    const made = spawn('mkfifo', [join(root, 'pipe')]);
    expect((await once(made, 'exit'))[0]).toBe(0);
    expect(await keys(store, '')).toEqual(['data/a']);
    for (const key of ['empty', 'pipe']) {
      expect(await store.head(key)).toBeUndefined();
      await expect(store.read(key)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    }
  });

  it('stands in the way of a key that needs its name', async () => {
    await expect(store.write('data', 'x')).rejects.toMatchObject({ code: 'STORE_IS_A_FOLDER' });
    await expect(store.write('data/a/b', 'x')).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' });
    await expect(store.read('data/a/b')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(await keys(store, '')).toEqual(['data/a']);
  });
});

describe('writes', () => {
  it('leave no temporary files behind, not even when they fail', async () => {
    await store.write('data/b', 'x');
    await store.write('data/b', 'x', { ifAbsent: true });
    await writeFile(join(outside, 'source'), 'x');
    await store.writeFile('data/c', join(outside, 'source'), { consume: true });
    await expect(store.write('data', 'x')).rejects.toThrow();
    await expect(store.writeFile('data', join(root, 'data', 'a'))).rejects.toThrow();
    expect((await readdir(join(root, 'data'))).sort()).toEqual(['a', 'b', 'c']);
    expect(await readdir(root)).toEqual(['data']);
  });

  it('do not show what a killed process left', async () => {
    await writeFile(join(root, 'data', '.falconry-0123456789abcdef.tmp'), 'half');
    await writeFile(join(root, 'data', '.falconry-not-ours.tmp'), 'whole');
    expect(await keys(store, '')).toEqual(['data/.falconry-not-ours.tmp', 'data/a']);
  });

  it('keep a reader at the old bytes', async () => {
    await store.write('data/a', Buffer.alloc(2_000_000, 1));
    const stream = await store.read('data/a');
    await store.write('data/a', Buffer.alloc(2_000_000, 2));
    expect((await buffer(stream)).every((byte) => byte === 1)).toBe(true);
    expect((await content(store, 'data/a')).every((byte) => byte === 2)).toBe(true);
  });

  it('rename a file that is given away on the same file system', async () => {
    const source = join(outside, 'source');
    await writeFile(source, 'x');
    await utimes(source, 1000, 1000);
    const { ino } = await stat(source);
    await store.writeFile('data/moved', source, { consume: true });
    expect((await stat(join(root, 'data', 'moved'))).ino).toBe(ino);
  });

  it.runIf(otherFileSystem)('copy a file that is given away on another file system, then remove it', async () => {
    const other = await mkdtemp('/dev/shm/falconry-');
    const source = join(other, 'source');
    await writeFile(source, 'from afar');
    await store.writeFile('data/moved', source, { consume: true });
    expect((await content(store, 'data/moved')).toString()).toBe('from afar');
    expect(await readdir(other)).toEqual([]);
    expect((await readdir(join(root, 'data'))).sort()).toEqual(['a', 'moved']);
    await rm(other, { recursive: true });
  });
});

describe('reads', () => {
  it('fail when the file gets shorter meanwhile, and are never short', async () => {
    await store.write('data/a', Buffer.alloc(3_000_000));
    const stream = await store.read('data/a');
    await truncate(join(root, 'data', 'a'), 1_500_000);
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'STORE_CHANGED' });
  });

  it('stop where the file ended when it was opened', async () => {
    const stream = await store.read('data/a');
    await writeFile(join(root, 'data', 'a'), ' and more', { flag: 'a' });
    expect((await buffer(stream)).toString()).toBe('inside');
  });

  it.runIf(process.getuid?.() !== 0)('tell what the permissions forbid', async () => {
    await chmod(join(root, 'data', 'a'), 0);
    await expect(store.read('data/a')).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
  });
});

describe('ten processes that write one key if it is absent', () => {
  it('have exactly one winner, every time', async () => {
    const script = await compiledWriter(join(outside, 'compiled'));
    const writers = Array.from({ length: 10 }, (_, i) =>
      spawn(process.execPath, [script, root, `${i}`], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await Promise.all(writers.map(answer));
    for (let round = 0; round < 20; round++) {
      const answers = writers.map(answer);
      for (const writer of writers) writer.stdin.write(`race/${round}\n`);
      const won = (await Promise.all(answers)).flatMap((line, i) => (line === 'true' ? [`${i}`] : []));
      expect(won).toEqual([(await content(store, `race/${round}`)).toString()]);
    }
    const ended = writers.map((writer) => once(writer, 'exit'));
    for (const writer of writers) writer.stdin.end();
    await Promise.all(ended);
    expect(await keys(store, 'race/')).toHaveLength(20);
    expect(await readdir(join(root, 'race'))).toHaveLength(20);
  });
});

async function answer(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  return chunk.toString().trim();
}

/** A program that writes its number to every key it reads from stdin; compiled, since Node runs no TypeScript. */
async function compiledWriter(folder: string): Promise<string> {
  const source = join(import.meta.dirname, '../../src');
  const program = `
    import { createInterface } from 'node:readline';
    import { LocalStore } from './store/local.js';
    const [root, number] = process.argv.slice(2);
    const store = new LocalStore(root);
    console.log('ready');
    for await (const key of createInterface({ input: process.stdin }))
      console.log((await store.write(key, number, { ifAbsent: true })).written);`;
  await mkdir(join(folder, 'store'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'writer.js'), program);
  const files = (await readdir(join(source, 'store'))).filter((name) => !name.startsWith('s3')).map((name) => `store/${name}`);
  for (const file of ['error.ts', ...files]) {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
    const { outputText } = ts.transpileModule(await readFile(join(source, file), 'utf8'), { compilerOptions: options });
    await writeFile(join(folder, file.replace(/\.ts$/, '.js')), outputText);
  }
  return join(folder, 'writer.js');
}
