/** The compiled mappings that a build leaves beside itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compiledKey, readCompiled, writeCompiled } from '../../src/convert/compiled-file.js';
import { keyOf } from '../../src/convert/compiled-plan.js';
import { compile } from '../../src/convert/definitions.js';
import type { Route } from '../../src/mapping/plan.js';

const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('come back as they were, event types of a rule with one route', () => {
  const compiled = compile('1.3.0');
  writeCompiled(folder, 'key', compiled);
  const read = readCompiled(folder, '1.3.0', 'key')!;
  expect(read).toEqual(compiled);
  const routes = (mapping: Record<string, Route[]>) => new Set(Object.values(mapping).flat()).size;
  expect(routes(read.mapping.routes)).toBe(routes(compiled.mapping.routes));
  expect(read.mapping.routes.ZipFileWritten![0]).toBe(read.mapping.routes.RarFileWritten![0]);
});

it('are not taken where they were made from something else, or are not there', () => {
  expect(readCompiled(folder, '1.3.0', 'another key')).toBeUndefined();
  expect(readCompiled(folder, '1.1.0', 'key')).toBeUndefined();
});

it('have a key that tells apart what they are made from', () => {
  expect(compiledKey(['ab', 'c'])).not.toBe(compiledKey(['a', 'bc']));
  expect(keyOf('1.2.0')).toBe(keyOf('1.2.0'));
  expect(keyOf('1.2.0')).not.toBe(keyOf('1.3.0'));
});
