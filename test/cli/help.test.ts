/** The first thing a user sees: help, and what is said about a slip of the finger. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runCli } from './run.js';

const COMMANDS = [
  'convert',
  'snapshot',
  'sample',
  'verify',
  'compact',
  'pull',
  'query',
  'replay',
  'coverage',
  'explain',
  'dictionary',
  'sources',
  'demo',
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-help-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Finished> => runCli(args, { cwd: folder });

describe('--help', () => {
  it('names every command', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    const named = [...stdout.matchAll(/^ {2}(\w+) .*\[options\]/gm)].map(([, name]) => name);
    expect(named).toEqual(COMMANDS);
  });

  for (const command of COMMANDS) {
    it(`of ${command} has an example that names the command`, async () => {
      const { code, stdout, stderr } = await run(command, '--help');
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(new RegExp(`\\nExample:\\n {2}\\$ falconry ${command}\\b.*\\n`));
      expect(stdout).not.toContain('undefined');
    });
  }

  for (const verb of ['plan', 'submit', 'resume', 'cancel', 'status', 'verify']) {
    it(`of backfill ${verb} has an example that names the command`, async () => {
      const { code, stdout } = await run('backfill', verb, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`\\nExample:\\n {2}\\$ falconry backfill ${verb}\\b.*\\n`));
      expect(stdout).not.toContain('undefined');
    });
  }

  it('of sources ddl has an example, and what it prints is a statement a source', async () => {
    expect((await run('sources', 'ddl', '--help')).stdout).toMatch(/\nExample:\n {2}\$ falconry sources ddl --lake /);
    const given = ['--lake', 's3://my-lake', '--region', 'eu-central-1', '--account-id', '111122223333', '--ocsf', '1.3.0'];
    const { code, stdout, stderr } = await run('sources', 'ddl', ...given);
    expect([code, stderr]).toEqual([0, '']);
    const { stdout: listed } = await run('sources', '--ocsf', '1.3.0', '--json');
    const sources = (JSON.parse(listed) as { source: string }[]).map(({ source }) => source);
    expect(
      [...stdout.matchAll(/^CREATE EXTERNAL TABLE IF NOT EXISTS `falconry`\.`([^`]+)` \($/gm)].map(([, name]) => name),
    ).toEqual(sources);
    expect((await run('sources', 'ddl', '--lake', './lake', '--region', 'eu-central-1')).stderr).toMatch(
      /is no s3:.* \[OPTION_INVALID\]\n$/,
    );
  });

  it('loads nothing that would keep a reader waiting; the bench tells the time', () => {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const follow = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const text = readFileSync(path, 'utf8');
      for (const [, name] of text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'/gm)) {
        if (name!.startsWith('.')) follow(join(dirname(path), name!));
        else packages.add(name!);
      }
    };
    follow(join(import.meta.dirname, '../../dist/src/cli/main.js'));
    expect(seen.size).toBeGreaterThan(2);
    expect([...packages].sort()).toEqual(['commander', 'node:fs', 'node:module', 'node:os', 'node:worker_threads']);
  });
});

describe('a slip of the finger', () => {
  const REGION = ['--region', 'eu-central-1'];
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['convrt'], /unknown command 'convrt'\n\(Did you mean convert\?\)/],
    [
      'an unknown option',
      ['convert', 'a', '--lake', 'l', ...REGION, '--worker', '2'],
      /unknown option '--worker'\n\(Did you mean --workers\?\)/,
    ],
    ['a missing option', ['convert', 'a', ...REGION], /required option '--lake <uri>' not specified/],
    ['a missing argument', ['convert', '--lake', 'l', ...REGION], /missing required argument 'archive'/],
    ['an argument too many', ['coverage', 'twice'], /too many arguments/],
    [
      'a region that is none',
      ['convert', 'a', '--lake', 'l', '--region', 'Frankfurt'],
      /--region: "Frankfurt" is no region; one looks like eu-central-1\. \[OPTION_INVALID\]/,
    ],
    [
      'words for a number',
      ['convert', 'a', '--lake', 'l', ...REGION, '--workers', 'many'],
      /--workers: "many" is no whole number from 1 to 256\. \[OPTION_INVALID\]/,
    ],
    [
      'two mistakes at once',
      ['convert', 'a', '--lake', 'l', ...REGION, '--workers', '0', '--from', 'yesterday'],
      /--workers: "0" .*; --from: "yesterday" is no date; write 2026-03-01 /,
    ],
    [
      'a range that ends before it begins',
      ['convert', 'a', '--lake', 'l', ...REGION, '--from', '2026-03-02', '--to', '2026-03-01'],
      /--from must be before --to/,
    ],
    [
      'an account that is none',
      ['convert', 'a', '--lake', 'l', ...REGION, '--account-id', '12'],
      /--account-id: "12" is no account; give 12 digits/,
    ],
    ['an unknown OCSF version', ['convert', 'a', '--lake', 'l', ...REGION, '--ocsf', '9'], /--ocsf: "9" is none of /],
    ['the same, of the mappings', ['coverage', '--ocsf', '9'], /--ocsf: "9" is none of /],
    [
      'an archive that is not there',
      ['convert', 'nowhere', '--lake', 'l', ...REGION],
      /nowhere holds nothing; check the path\. \[ARCHIVE_NOT_FOUND\]/,
    ],
    ['a lake that is not there', ['verify', 'nowhere'], /nowhere .*\[LAKE_EMPTY\]/],
    ['an S3 lake without a work area', ['convert', 'a', '--lake', 's3://bucket/l', ...REGION], /give --work .*\[WORK_NEEDED\]/],
    ['a bucket that cannot be', ['verify', 's3://Not_A_Bucket/x'], /"Not_A_Bucket" is no bucket name.*\[STORE_BAD_URI\]/],
    ['a place of another kind', ['verify', 'http://host/x'], /\[STORE_BAD_URI\]/],
    [
      'a number of events that is none',
      ['sample', 'new', '--events', 'lots'],
      /--events: "lots" is no whole number\. \[OPTION_INVALID\]/,
    ],
    ['a number of rows that is none', ['verify', 'l', '--rows', 'some'], /--rows: "some" is no whole number/],
    [
      'a backfill of a local archive',
      ['backfill', 'plan', '--archive', './a', '--lake', 's3://lake', '--work', 's3://work', ...REGION],
      /jobs of a backfill cannot reach the archive \.\/a, .*\[BACKFILL_LOCAL_PLACE\]/,
    ],
    [
      'a backfill without a work area in S3',
      ['backfill', 'plan', '--archive', 's3://archive', '--lake', 's3://lake', '--work', './work', ...REGION],
      /give --work s3:\/\/….*\[BACKFILL_WORK_NEEDED\]/,
    ],
    [
      'an archive of another region',
      [
        ...['backfill', 'plan', '--archive', 's3://archive', '--lake', 's3://lake', '--work', 's3://work', ...REGION],
        ...['--archive-region', 'us-east-1'],
      ],
      /is in us-east-1, the lake in eu-central-1, .* --allow-cross-region\. \[BACKFILL_CROSS_REGION\]/,
    ],
    ['a plan that is none', ['backfill', 'status', 's3://work/plan.json'], /is no backfill's plan: .*\[BACKFILL_NO_PLAN\]/],
    ['mappings that are not there', ['coverage', '--mappings', 'nowhere'], /nowhere .*\[MAPPINGS_UNREADABLE\]/],
  ];
  for (const [what, args, words] of cases) {
    it(`${what} exits with 2 and says what to do`, async () => {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(words);
      expect(stderr).toMatch(/^falconry: [^\n]+\n/);
      if (!/ \[[A-Z_]+\]\n$/.test(stderr)) expect(stderr).toMatch(/\nThe command with --help says what it takes\.\n$/);
      expect(stderr).not.toMatch(/\n\s+at |Error:/);
    });
  }

  it('with --json the error is the one document on stdout', async () => {
    for (const [args, code] of [
      [['convrt', '--json'], 'USAGE'],
      [['convert', 'a', '--json'], 'USAGE'],
      [['verify', 'nowhere', '--json'], 'LAKE_EMPTY'],
      [['convert', 'nowhere', '--lake', 'l', ...REGION, '--json'], 'ARCHIVE_NOT_FOUND'],
    ] as const) {
      const { code: exit, stdout } = await run(...args);
      expect(exit).toBe(2);
      expect(JSON.parse(stdout)).toEqual({ error: { code, message: expect.stringMatching(/^[^\n]+$/) } });
    }
  });

  it('leaves no lake behind', async () => {
    const left = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(left.map((entry) => entry.name)).toEqual([]);
  });
});

it('an error of our own making is called a bug and exits with 70', async () => {
  const broken = await runCli(['sources'], {
    cwd: folder,
    env: { NODE_OPTIONS: '--import=data:text/javascript,process.stdout.write=()=>{throw(new(Error)("boom"))}' },
  });
  expect(broken.code).toBe(70);
  expect(broken.stderr).toMatch(/^falconry: this is a bug, please report it with the text below\.\n.*boom/);
});
