/**
 * The compiled built-in mappings as files beside `dist/src`, one an OCSF version: reading and checking the YAML takes seconds,
 * reading a plan a tenth of one. `npm run build` writes them; a key over everything they were made from tells whether they
 * still hold, and where they do not, the mappings are compiled as ever.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompileResult } from '../mapping/compile.js';
import type { CompiledMapping, Route } from '../mapping/plan.js';
import type { OcsfVersion } from '../ocsf/schema.js';

interface CompiledFile {
  key: string;
  mapping: Omit<CompiledMapping, 'routes'>;
  /** event types of one rule share their route, and must again when they are read */
  routes: Route[];
  /** event type → indexes of its routes */
  routesOf: Record<string, number[]>;
  beyondLayout: string[];
}

/** @param parts every text that the plans depend on: schema, layouts, mapping files with their names */
export function compiledKey(parts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

export function writeCompiled(folder: string, key: string, { mapping, beyondLayout }: CompileResult): void {
  const { routes: byType, ...rest } = mapping;
  const index = new Map<Route, number>();
  const routesOf: CompiledFile['routesOf'] = {};
  for (const [eventType, routes] of Object.entries(byType)) {
    routesOf[eventType] = routes.map((route) => {
      if (!index.has(route)) index.set(route, index.size);
      return index.get(route)!;
    });
  }
  mkdirSync(folder, { recursive: true });
  const file: CompiledFile = { key, mapping: rest, routes: [...index.keys()], routesOf, beyondLayout };
  writeFileSync(pathOf(folder, mapping.version), JSON.stringify(file));
}

/** @returns undefined where there is no file, or it was made from something else */
export function readCompiled(folder: string, version: OcsfVersion, key: string): CompileResult | undefined {
  let file: CompiledFile;
  try {
    file = JSON.parse(readFileSync(pathOf(folder, version), 'utf8')) as CompiledFile;
  } catch {
    return undefined;
  }
  if (file.key !== key) return undefined;
  const routes: Record<string, Route[]> = {};
  for (const [eventType, indexes] of Object.entries(file.routesOf))
    routes[eventType] = indexes.map((index) => file.routes[index]!);
  return { mapping: { ...file.mapping, routes }, beyondLayout: file.beyondLayout };
}

function pathOf(folder: string, version: OcsfVersion): string {
  return join(folder, `mapping-${version}.json`);
}
