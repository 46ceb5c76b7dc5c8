/** What package.json promises: exact pins, permissive licences, no install scripts of dependencies, the command after `npm ci`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/convert/definitions.js';

const readJson = (path: string) => JSON.parse(readFileSync(join(PACKAGE_ROOT, path), 'utf8'));
const own = readJson('package.json');
const lock = readJson('package-lock.json');
const installed = Object.entries(lock.packages as Record<string, Record<string, unknown>>).filter(([path]) => path !== '');

describe('package.json', () => {
  it('pins every dependency exactly', () => {
    const versions = Object.values({ ...own.dependencies, ...own.devDependencies, ...own.overrides['light-my-request'] });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  });

  it('records no download address in the lock file', () => {
    for (const [path, entry] of installed) expect(entry.resolved, path).toBeUndefined();
  });

  it('locks the builds for every platform, not only for the one that wrote it', () => {
    for (const [path, entry] of installed) {
      const optional = Object.keys((entry.optionalDependencies ?? {}) as Record<string, string>);
      for (const name of optional) expect(lock.packages, `${name}, of ${path}`).toHaveProperty([`node_modules/${name}`]);
    }
  });

  it('takes only permissive licences', () => {
    const permissive =
      /^\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0|Unlicense|MPL-2\.0)( (OR|AND) [\w.-]+)*\)?$/;
    for (const [path, entry] of installed)
      if (entry.license !== undefined) expect(String(entry.license), path).toMatch(permissive);
  });

  it('has no runtime dependency with an install script', () => {
    for (const [path, entry] of installed) if (entry.hasInstallScript === true) expect(entry.dev, path).toBe(true);
  });

  it('allows the one install script there is: that of the engine that the tests run on beside Node', () => {
    const scripts = installed.filter(([, entry]) => entry.hasInstallScript === true && entry.optional !== true);
    expect(scripts.map(([path]) => path)).toEqual(['node_modules/bun']);
    expect(own.allowScripts).toEqual({ bun: true });
  });

  it('needs nothing that does not run on the oldest Node it names', () => {
    const oldest = /\d+/.exec(own.engines.node)![0];
    for (const [path, entry] of installed) {
      const { node } = (entry.engines ?? {}) as { node?: string };
      const least = /^>=? ?v?(\d+)(?!.*\|\|)/.exec(node ?? '');
      if (least !== null && entry.optional !== true) expect(Number(least[1]), path).toBeLessThanOrEqual(Number(oldest));
    }
  });

  it('names a command that the build makes', () => {
    expect(existsSync(join(PACKAGE_ROOT, own.bin.falconry))).toBe(true);
    expect(readFileSync(join(PACKAGE_ROOT, own.bin.falconry), 'utf8')).toMatch(/^#!\/usr\/bin\/env node/);
  });

  it('ships what the product reads at run time', () => {
    for (const folder of ['dist', 'mappings', 'src/ocsf/layouts']) expect(own.files).toContain(folder);
  });
});

describe('the top level', () => {
  it('holds no more than a project needs', () => {
    const allowed = [
      'src',
      'jobs',
      'mappings',
      'infra',
      'bench',
      'test',
      'docs',
      'Dockerfile',
      'package.json',
      'package-lock.json',
      'README.md',
    ];
    const config = [
      'LICENSE',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'biome.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'vitest.config.ts',
    ];
    const made = ['node_modules', 'dist', 'lake', 'sample', 'falconry-demo'];
    const names = readdirSync(PACKAGE_ROOT).filter((name) => !name.startsWith('.'));
    expect(names.filter((name) => ![...allowed, ...config, ...made].includes(name))).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  it('copies only what exists, and starts what the build makes', () => {
    const text = readFileSync(join(PACKAGE_ROOT, 'Dockerfile'), 'utf8');
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]!.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) expect(existsSync(join(PACKAGE_ROOT, path)), path).toBe(true);
    expect(text).toContain(`/opt/falconry/${own.bin.falconry}`);
  });
});
