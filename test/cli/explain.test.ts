/** `falconry explain`: what a person reads and a machine takes, of sound files, bad lines, damage and streams. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, MAIN, runCli } from './run.js';

const FIELDS = '"aid":"a1","cid":"c1","timestamp":"1772441730000"';
const QUUX = `{"event_simpleName":"QuuxHappened","id":"q-1",${FIELDS},"Mood":"glad","Size":"12","Port":"99999","Nothing":"-","Null":null}`;
const MAPPED = `{"event_simpleName":"QuuxOpened","id":"q-2",${FIELDS},"PathName":"C:\\\\a\\\\b.txt","Size":"12","Other":"x","Blank":""}`;
const NO_TIME = '{"event_simpleName":"QuuxHappened","id":"q-3"}';
const EVIL = `{"event_simpleName":"\\u001b[2JEvil","id":"q-4",${FIELDS},"\\u001b[31mred":"\\u0007bell"}`;
const MAPPING = `class: file_activity
include: [event, device]
rules:
  - events: [QuuxOpened]
    activity: Open
    map:
      file.name: PathName | basename
      file.path: PathName
      file.type_id: { value: Regular File }
      file.size: Size
`;
const LINES = [QUUX, MAPPED, '', NO_TIME, 'no event', EVIL];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-explain-'));
  await writeFile(join(folder, 'events.json'), LINES.map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, 'events.gz'), gzipSync(LINES.join('\n')));
  await runCli(['sample', 'archive', '--events', '200', '--hosts', '2'], { cwd: folder });
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(folder, 'mine'));
  await writeFile(join(folder, 'mine', 'quux.yaml'), MAPPING);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Finished> => runCli(['explain', ...args], { cwd: folder });

async function text(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('in words', () => {
  it('tells the rule by file and line, and where each field went', async () => {
    const said = await text('events.json', '--mappings', 'mine', '--type', 'QuuxOpened');
    expect(said).toBe(`line 2: QuuxOpened → file_activity, Open, Informational
  by the rule at mine/quux.yaml:4
  time 2026-03-02T08:55:30.000Z, told by timestamp

  field             value          went to
  event_simpleName  QuuxOpened     metadata.event_code
  id                q-2            metadata.uid
  aid               a1             device.uid
                                   device.agent_list[0].uid
  cid               c1             metadata.tenant_uid
  timestamp         1772441730000  metadata.logged_time
                                   time = 2026-03-02T08:55:30.000Z
  PathName          C:\\a\\b.txt     file.name = b.txt
                                   file.path
  Size              12             file.size
  Other             x              unmapped: no entry takes it
  Blank                            unmapped: a placeholder, and no entry takes it

  9 fields = 7 in attributes + 2 in unmapped; 15 attributes more are the mapping's own

1 event of type QuuxOpened among 5 lines read = 3 written + 2 quarantined.
`);
  });

  it('tells what no rule takes, what is quarantined and why', async () => {
    const said = await text('events.gz');
    expect(said).toMatch(
      /^line 1: QuuxHappened → base_event, .*\n {2}no rule takes this event: kept whole by "unknown" at mappings\/fdr\/_shared\.yaml:\d+\n/,
    );
    expect(said).toContain('\n  absent (null): Null\n');
    expect(said).toContain(`\nline 4: quarantined as no-time, it has no usable timestamp\n  ${NO_TIME}\n`);
    expect(said).toContain('\nline 5: quarantined as not-json, the line is no JSON\n  no event\n');
    expect(said).toMatch(/\n5 lines read = 3 written \+ 2 quarantined\.\n$/);
  });

  it('lets nothing in the data move the cursor', async () => {
    const said = await text('events.json');
    expect(said).toContain('[2JEvil →');
    expect(said.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('stops at the limit', async () => {
    const said = await text('events.json', '--limit', '2');
    expect(said.match(/^line \d+/gm)).toEqual(['line 1', 'line 2']);
    expect(said).toMatch(/\n2 lines read = 2 written \+ 0 quarantined\. The limit is reached: there may be more\.\n$/);
  });
});

describe('--json', () => {
  it('is one document with the row as it is written', async () => {
    const document = JSON.parse(await text('events.json', '--mappings', 'mine', '--json'));
    expect(document).toMatchObject({
      file: 'events.json',
      ocsf: '1.2.0',
      read: 5,
      written: 3,
      quarantined: 2,
      explained: 5,
      stopped: false,
    });
    expect(document.lines.map(({ line, outcome }: { line: number; outcome: string }) => [line, outcome])).toEqual([
      [1, 'written'],
      [2, 'written'],
      [4, 'quarantined'],
      [5, 'quarantined'],
      [6, 'written'],
    ]);
    const opened = document.lines[1];
    expect(opened).toMatchObject({
      offset: QUUX.length + 1,
      eventType: 'QuuxOpened',
      class: 'file_activity',
      mapping: { file: 'quux.yaml', line: 4, origin: 'user', as: 'rule' },
      row: { file: { name: 'b.txt', path: 'C:\\a\\b.txt', size: 12 }, unmapped: { Other: 'x', Blank: '' } },
    });
    expect(opened.fields).toContainEqual({ field: 'Other', text: 'x', attributes: [], unmapped: 'no-home' });
  });

  it('of nothing is a document too', async () => {
    expect(JSON.parse(await text('events.json', '--type', 'Nobody', '--json'))).toMatchObject({
      lines: [],
      read: 5,
      explained: 0,
    });
  });
});

it('explains a file of an archive: as many events as are in it, in the classes that convert gives them', async () => {
  const { readdir, readFile } = await import('node:fs/promises');
  const { gunzipSync } = await import('node:zlib');
  const names = (await readdir(join(folder, 'archive'), { recursive: true })).filter((name) => name.endsWith('.gz'));
  const file = names.find((name) => name.startsWith('data'))!;
  const lines = gunzipSync(await readFile(join(folder, 'archive', file)))
    .toString()
    .trimEnd()
    .split('\n');
  const document = JSON.parse(await text(join('archive', file), '--json'));
  expect(document).toMatchObject({ read: lines.length, written: lines.length, quarantined: 0 });

  const feed = names.find((name) => name.includes('aidmaster'))!;
  const rows = JSON.parse(await text(join('archive', feed), '--json'));
  expect(rows).toMatchObject({ written: rows.read, quarantined: 0 });
  expect(rows.lines[0]).toMatchObject({ eventType: 'fdrv2/aidmaster', class: 'inventory_info', timeFrom: 'Time' });
  expect(rows.lines[0].mapping.file).toMatch(/feed_hosts\.yaml$/);
});

describe('standard input', () => {
  async function piped(input: Uint8Array | string, ...args: string[]): Promise<Finished> {
    const child = spawn(process.execPath, [MAIN, 'explain', '-', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (part) => (texts[name] += part));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, ...texts })));
  }

  it('is read as text and as gzip', async () => {
    const plain = await piped(`${QUUX}\n`);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    expect(plain.stdout).toMatch(/^line 1: QuuxHappened → base_event/);
    expect(await piped(gzipSync(`${QUUX}\n`))).toEqual(plain);
  });

  it('is let go at the limit', async () => {
    const { code, stdout } = await piped(`${QUUX}\n`.repeat(200_000), '--limit', '1');
    expect([code, stdout.match(/^line/gm)?.length]).toEqual([0, 1]);
  });
});

it('tells the whole lines before damage, and exits with 4', async () => {
  const whole = gzipSync(LINES.map((line) => `${line}\n`).join(''), { level: 0 });
  await writeFile(join(folder, 'cut.gz'), whole.subarray(0, QUUX.length + MAPPED.length + 30));
  const { code, stdout } = await run('cut.gz');
  expect(code).toBe(4);
  expect(stdout.match(/^line \d+/gm)).toEqual(['line 1', 'line 2']);
  expect(stdout).toMatch(/\nDamaged: cut\.gz: gzip-truncated, .*\n$/);
});

describe('a slip', () => {
  const cases: [string, string[], number, RegExp][] = [
    ['a file that is not there', ['nowhere'], 1, /nowhere does not exist\. \[STORE_NOT_FOUND\]/],
    ['a folder', ['mine'], 1, /mine cannot be read: it is a folder\. \[STORE_IS_A_FOLDER\]/],
    ['a limit that is none', ['events.json', '--limit', '0'], 2, /--limit: "0" is no whole number from 1\. \[OPTION_INVALID\]/],
    ['mappings that do not load', ['events.json', '--mappings', 'nowhere'], 2, /\[MAPPINGS_UNREADABLE\]/],
  ];
  it.each(cases)('%s', async (_, args, exit, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
