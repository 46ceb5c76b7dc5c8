/** Brings the committed layouts up to date with the mappings (`npm run layouts`): columns are appended, never moved. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveLayout, entriesByClass } from '../mapping/derive-layout.js';
import { type ClassLayout, type LayoutNode, layoutNodes } from '../ocsf/layout.js';
import { ocsfSchema } from '../ocsf/load.js';
import { OCSF_VERSIONS } from '../ocsf/schema.js';
import { LAYOUT_FOLDER, loadLayouts, loadMappings } from './definitions.js';

/** One column a line, so that a change is a readable diff. */
export function layoutText(layout: ClassLayout): string {
  const lines = layout.columns.map((column) => `    ${nodeText(column, 4)}`);
  return `{\n  "class": "${layout.class}",\n  "version": "${layout.version}",\n  "columns": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function nodeText(node: LayoutNode, indent: number): string {
  const head = `{ "name": "${node.name}", "type": "${node.type}"`;
  if (node.element !== undefined) return `${head}, "element": ${nodeText(node.element, indent)} }`;
  if (node.children === undefined) return `${head} }`;
  const pad = ' '.repeat(indent + 2);
  return `${head}, "children": [\n${node.children.map((child) => pad + nodeText(child, indent + 2)).join(',\n')}\n${' '.repeat(indent)}] }`;
}

export function writeLayouts(): string[] {
  const set = loadMappings();
  const written: string[] = [];
  for (const version of OCSF_VERSIONS) {
    const schema = ocsfSchema(version);
    const committed = loadLayouts(version);
    mkdirSync(join(LAYOUT_FOLDER, version), { recursive: true });
    for (const [name, entries] of entriesByClass(set, schema)) {
      const last = committed.find((layout) => layout.class === name);
      const next = deriveLayout(schema, name, entries, last);
      if (last !== undefined && layoutText(last) === layoutText(next)) continue;
      writeFileSync(join(LAYOUT_FOLDER, version, `${name}.json`), layoutText(next));
      const before = last === undefined ? 0 : [...layoutNodes(last.columns)].length;
      written.push(`${version} ${name}: ${before} → ${[...layoutNodes(next.columns)].length} columns`);
    }
  }
  return written;
}

if (process.argv[1]?.endsWith('write-layouts.js')) {
  const written = writeLayouts();
  process.stdout.write(`${written.length === 0 ? 'all layouts are up to date' : written.join('\n')}\n`);
}
