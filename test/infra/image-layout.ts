/** The image's files without Docker: the Dockerfile's own COPY lines, carried out in a folder. */
import { cp, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { PACKAGE_ROOT } from '../../src/convert/definitions.js';

export interface Copy {
  /** of which stage; undefined: of the build's context */
  from: string | undefined;
  sources: string[];
  to: string;
}

export interface Stage {
  name: string;
  base: string;
  workdir: string;
  copies: Copy[];
  /** its other instructions, by name */
  others: Record<string, string[]>;
}

export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    const match = /^([A-Z]+) (.+)$/.exec(line);
    if (match === null) continue;
    const [, instruction, rest] = match as unknown as [string, string, string];
    if (instruction === 'FROM') {
      const [base, , name] = rest.split(' ');
      stages.push({ name: name ?? '', base: base!, workdir: '/', copies: [], others: {} });
      continue;
    }
    const stage = stages.at(-1)!;
    if (instruction === 'WORKDIR') stage.workdir = rest;
    else if (instruction === 'COPY') {
      const words = rest.split(' ');
      const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
      stage.copies.push({ from, sources: words.slice(0, -1), to: words.at(-1)! });
    } else (stage.others[instruction] ??= []).push(rest);
  }
  return stages;
}

/**
 * Makes the last stage's file tree in a folder. What the first stage's `npm ci`, build and prune leave is taken from the checkout: its
 * `dist` without what the image does not build, and of `node_modules` what the lock file does not mark as for development.
 *
 * @returns the folder that is `/opt/falconry` in the image
 */
export async function assemble(stages: readonly Stage[], folder: string): Promise<string> {
  const [build, last] = stages as [Stage, Stage];
  const built = join(folder, 'build');
  await mkdir(built);
  for (const copy of build.copies) await carryOut(copy, PACKAGE_ROOT, built);
  await copyTree(join(PACKAGE_ROOT, 'dist'), join(built, 'dist'), (path) => !/^(bench|infra)(\/|$)/.test(path));
  const lock = JSON.parse(await readFile(join(built, 'package-lock.json'), 'utf8'));
  const kept = new Set(
    Object.entries(lock.packages as Record<string, { dev?: boolean; devOptional?: boolean }>)
      .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
      .map(([path]) => path.slice('node_modules/'.length)),
  );
  await copyTree(join(PACKAGE_ROOT, 'node_modules'), join(built, 'node_modules'), (path) => {
    const name = /^(?:.*\/node_modules\/)?(@[^/]+\/[^/]+|[^@/][^/]*)/.exec(path)?.[0];
    return name === undefined || kept.has(name);
  });
  const image = join(folder, 'image');
  await mkdir(image);
  for (const copy of last.copies)
    await carryOut(copy, copy.from === undefined ? PACKAGE_ROOT : '', image, { root: built, workdir: build.workdir });
  return image;
}

async function carryOut(
  { sources, to }: Copy,
  context: string,
  target: string,
  stage?: { root: string; workdir: string },
): Promise<void> {
  for (const source of sources) {
    const from = context === '' ? join(stage!.root, posix.relative(stage!.workdir, source)) : join(context, source);
    const place = to.endsWith('/') ? join(target, to, basename(source)) : join(target, to);
    await mkdir(dirname(place), { recursive: true });
    await copyTree(from, place, () => true);
  }
}

/** Links files where it can, which takes no room. */
async function copyTree(from: string, to: string, keeps: (path: string) => boolean, below = ''): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return put(from, to);
  await mkdir(to, { recursive: true });
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!keeps(path)) continue;
    if (entry.isDirectory()) await copyTree(join(from, entry.name), join(to, entry.name), keeps, path);
    else if (entry.isFile()) await put(join(from, entry.name), join(to, entry.name));
  }
}

const put = (from: string, to: string): Promise<void> => link(from, to).catch(() => cp(from, to));
