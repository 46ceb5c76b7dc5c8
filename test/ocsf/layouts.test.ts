/** The frozen columns: what is committed is what the mappings need, and it has only grown since the last release. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAYOUT_FOLDER, loadLayouts, loadMappings, PACKAGE_ROOT } from '../../src/convert/definitions.js';
import { layoutText } from '../../src/convert/write-layouts.js';
import { deriveLayout, entriesByClass } from '../../src/mapping/derive-layout.js';
import { type ClassLayout, type LayoutNode, layoutBreaks, layoutNodeAt } from '../../src/ocsf/layout.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';

const set = loadMappings();

/** The committed text of a layout at a git revision; undefined where it did not exist. */
function textAt(revision: string, path: string): string | undefined {
  try {
    return execFileSync('git', ['show', `${revision}:${path}`], {
      cwd: PACKAGE_ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  } catch {
    return undefined;
  }
}

function lastRelease(): string | undefined {
  try {
    return execFileSync('git', ['describe', '--tags', '--abbrev=0', '--match', 'v*'], {
      cwd: PACKAGE_ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

describe.each(OCSF_VERSIONS)('layouts of OCSF %s', (version) => {
  const schema = ocsfSchema(version);
  const committed = loadLayouts(version);

  it('are up to date with the mappings (npm run layouts)', () => {
    for (const [name, entries] of entriesByClass(set, schema)) {
      const last = committed.find((layout) => layout.class === name);
      const path = join(LAYOUT_FOLDER, version, `${name}.json`);
      expect(last === undefined ? '' : readFileSync(path, 'utf8'), path).toBe(
        layoutText(deriveLayout(schema, name, entries, last)),
      );
    }
  });

  it('hold only attributes that the version has, once each', () => {
    for (const layout of committed) {
      const attributes = schema.classes.get(layout.class)?.attributes;
      expect(layout.columns.map(({ name }) => name).filter((name) => !attributes?.has(name))).toEqual([]);
      const seen = (nodes: readonly LayoutNode[]): void => {
        expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
        for (const node of nodes) seen(node.element?.children ?? node.children ?? []);
      };
      seen(layout.columns);
      expect(layoutNodeAt(layout.columns, 'time')?.type).toBe('long');
      expect(layoutNodeAt(layout.columns, 'time_dt')?.type).toBe('timestamp');
      expect(layoutNodeAt(layout.columns, 'unmapped')?.type).toBe('map');
    }
  });

  it('have only grown since the last release', () => {
    const release = lastRelease();
    if (release === undefined) return;
    for (const name of readdirSync(join(LAYOUT_FOLDER, version))) {
      const last = textAt(release, `src/ocsf/layouts/${version}/${name}`);
      if (last === undefined) continue;
      const now = committed.find((layout) => `${layout.class}.json` === name)!;
      expect(layoutBreaks((JSON.parse(last) as ClassLayout).columns, now.columns), name).toEqual([]);
    }
  });
});

describe('layoutBreaks', () => {
  const leaf = (name: string, type: LayoutNode['type'] = 'string'): LayoutNode => ({ name, type });
  const struct = (name: string, ...children: LayoutNode[]): LayoutNode => ({ name, type: 'struct', children });

  it('accepts columns and members at the end', () => {
    expect(layoutBreaks([leaf('a'), struct('s', leaf('x'))], [leaf('a'), struct('s', leaf('x'), leaf('y')), leaf('b')])).toEqual(
      [],
    );
  });
  it.each([
    ['a column that is gone', [leaf('a'), leaf('b')], [leaf('a')]],
    ['a column that moved', [leaf('a'), leaf('b')], [leaf('b'), leaf('a')]],
    ['another type', [leaf('a')], [leaf('a', 'long')]],
    ['a member in the middle', [struct('s', leaf('x'), leaf('z'))], [struct('s', leaf('x'), leaf('y'), leaf('z'))]],
  ])('refuses %s', (_what, last, next) => {
    expect(layoutBreaks(last, next)).not.toEqual([]);
  });
});
