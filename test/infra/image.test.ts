/** The Dockerfile, as far as it can be shown without Docker: what it copies, and that everything starts from there. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMPACT_COMMAND,
  CONVERT_COMMAND,
  FUNCTION_COMMAND,
  NIGHTLY_COMMAND,
  PULL_TO_ARCHIVE,
  PULL_TO_LAKE,
  WORKING_DIRECTORY,
} from '../../infra/commands.js';
import { PACKAGE_ROOT } from '../../src/convert/definitions.js';
import { assemble, readDockerfile } from './image-layout.js';

const stages = readDockerfile(readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8'));
const [build, last] = stages as [(typeof stages)[number], (typeof stages)[number]];
const folder = mkdtempSync(join(tmpdir(), 'falconry-image-'));
let image: string;

beforeAll(async () => {
  image = await assemble(stages, folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface End {
  code: number;
  stdout: string;
  stderr: string;
}

/** As the image would: in its folder, with its environment and nothing else. */
function start(command: readonly string[], env: Record<string, string> = {}): Promise<End> {
  expect(command[0]).toBe('node');
  return new Promise((resolve) => {
    const options = { cwd: image, env: { PATH: process.env.PATH, HOME: folder, NODE_ENV: 'production', TZ: 'UTC', ...env } };
    execFile(process.execPath, command.slice(1), options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const filesOf = (at: string): string[] => readdirSync(at, { recursive: true, encoding: 'utf8' }).sort();

describe('the Dockerfile', () => {
  it('copies what is there, and what the ignore file lets through', () => {
    const ignore = readFileSync(join(PACKAGE_ROOT, '.dockerignore'), 'utf8').split('\n');
    const letThrough = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(ignore.filter((line) => line !== '' && !/^[!#]/.test(line))).toEqual(['*']);
    const copied = stages.flatMap(({ copies }) =>
      copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources),
    );
    expect(copied.length).toBeGreaterThan(8);
    for (const path of copied) {
      expect(existsSync(join(PACKAGE_ROOT, path)), path).toBe(true);
      expect(
        letThrough.some((each) => path === each || path.startsWith(`${each}/`)),
        path,
      ).toBe(true);
    }
    for (const path of letThrough)
      expect(
        copied.some((each) => each === path || each.startsWith(`${path}/`)),
        path,
      ).toBe(true);
  });

  it('names its base by an exact version of Node 24, the same in both stages, for every architecture', () => {
    expect(stages.map(({ base }) => base)).toEqual([build.base, build.base]);
    expect(build.base).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
    const bindings = readdirSync(join(image, 'node_modules/@duckdb')).filter((name) => name.startsWith('node-bindings-linux'));
    expect(bindings.length).toBeGreaterThan(0);
    const lock = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package-lock.json'), 'utf8'));
    for (const cpu of ['x64', 'arm64']) expect(lock.packages).toHaveProperty([`node_modules/@duckdb/node-bindings-linux-${cpu}`]);
  });

  it('runs no script of a dependency, leaves development behind, and ends as a user without rights', () => {
    const [run] = build.others.RUN!;
    expect(run).toMatch(/^npm ci --ignore-scripts .* npm run build && npm prune --omit=dev --ignore-scripts/);
    expect(last.others.USER).toEqual(['node']);
    expect(last.others.VOLUME).toEqual(['/tmp']);
    expect(last.others.ENTRYPOINT).toBeUndefined();
    expect(JSON.parse(last.others.CMD![0]!)).toEqual(['falconry', '--help']);
    expect(last.others.RUN![0]).toContain('ln -s /opt/falconry/dist/src/cli/start.cjs /usr/local/bin/falconry');
    const text = readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8');
    expect(text).not.toMatch(/^ADD |curl|wget|ARG .*(TOKEN|SECRET|KEY)|ENV .*(TOKEN|SECRET|KEY)/m);
  });
});

describe('what lies in the image', () => {
  it('is no test, no source but the layouts, no tool of development', () => {
    expect(readdirSync(image).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'dist',
      'mappings',
      'node_modules',
      'package.json',
      'src',
    ]);
    expect(readdirSync(join(image, 'src'))).toEqual(['ocsf']);
    expect(readdirSync(join(image, 'dist')).sort()).toEqual(['compiled', 'jobs', 'src']);
    const own = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
    const runtime = new Set(Object.keys(own.dependencies));
    for (const name of Object.keys(own.dependencies)) expect(existsSync(join(image, 'node_modules', name)), name).toBe(true);
    for (const name of Object.keys(own.devDependencies).filter((each) => !runtime.has(each)))
      expect(existsSync(join(image, 'node_modules', name)), name).toBe(false);
  });

  it('starts the command line, and converts, without writing a byte beside its scratch', async () => {
    const before = filesOf(image);
    const main = ['node', 'dist/src/cli/start.cjs'];
    const help = await start([...main, '--help']);
    expect([help.code, help.stderr, help.stdout]).toEqual([0, '', expect.stringContaining('convert')]);
    const sample = join(folder, 'sample');
    expect(await start([...main, 'sample', sample, '--events', '500'])).toMatchObject({ code: 0 });
    const lake = join(folder, 'lake');
    const converted = await start([
      ...main,
      'convert',
      sample,
      '--lake',
      lake,
      '--region',
      'eu-central-1',
      '--workers',
      '1',
      '--json',
    ]);
    expect(converted.code, converted.stderr).toBe(0);
    const { events } = JSON.parse(converted.stdout);
    expect(events.read).toBeGreaterThan(400);
    expect(events.written + events.quarantined + events.duplicate + events.filtered).toBe(events.read);
    expect(filesOf(image)).toEqual(before);
  });
});

describe('the commands of the stacks', () => {
  const commands: [what: string, command: string[]][] = [
    ['convert', CONVERT_COMMAND],
    ['compact', COMPACT_COMMAND],
    ['nightly', NIGHTLY_COMMAND],
    ['function', FUNCTION_COMMAND],
    ['pull into the archive', PULL_TO_ARCHIVE],
    ['pull into the lake', PULL_TO_LAKE],
  ];
  const sourceOf = (command: readonly string[]) => command[1]!.replace(/^dist\//, '').replace(/js$/, 'ts');

  it('are node and a file of the build, below the working directory', () => {
    expect(last.workdir).toBe(WORKING_DIRECTORY);
    for (const [what, command] of commands) {
      expect(command.slice(0, 2), what).toEqual(['node', expect.stringMatching(/^dist\/(jobs|src\/cli)\/[a-z-]+\.c?js$/)]);
      if (existsSync(join(PACKAGE_ROOT, sourceOf(command)))) expect(existsSync(join(image, command[1]!)), what).toBe(true);
    }
  });

  it.each(
    commands.filter(([, command]) => existsSync(join(PACKAGE_ROOT, sourceOf(command))) && sourceOf(command).startsWith('jobs/')),
  )('%s: says what it needs, and ends in a way that is never retried', async (_, [node, script]) => {
    const { code, stderr } = await start([node!, script!]);
    expect(stderr).toMatch(/usage|AWS_LAMBDA_RUNTIME_API/);
    expect([64, 65]).toContain(code);
  });

  it('of the night works as it stands, over an empty lake', async () => {
    const values: Record<string, string> = {
      's3://${LakeBucket}': join(folder, 'empty'),
      's3://${WorkBucket}/falconry': join(folder, 'empty-work'),
      '${NightlyDays}': '3',
      '${NightlyChildren}': '2',
      '${AWS::Region}': 'eu-central-1',
    };
    const { code, stdout, stderr } = await start(
      NIGHTLY_COMMAND.map((word) => values[word] ?? word),
      { AWS_BATCH_JOB_ARRAY_INDEX: '0' },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'newest-day', partitions: 0 });
  });
});
