/** Mapping texts for the loader's tests, checked against all supported versions. */
import { checkMappings, type MappingFile } from '../../src/mapping/load.js';
import type { Entry, MappingSet } from '../../src/mapping/model.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';

export const SCHEMAS = OCSF_VERSIONS.map((version) => ocsfSchema(version));

/** Blocks and objects that the tests include. */
export const SHARED = `
placeholders: ['', '-']
observables: [Hostname, IP Address]
blocks:
  event:
    map:
      metadata.product.vendor_name: { value: CrowdStrike }
      metadata.product.name: { value: Falcon }
      metadata.product.version: ConfigBuild
  device: { map: { device.uid: aid } }
objects:
  file:
    params: [path, sha256, md5, size]
    map:
      name: $path | basename
      path: $path
      size: $size
      type_id: { value: Regular File }
      hashes: { hashes: { SHA-256: $sha256, MD5: $md5 } }
unknown: { include: [event] }
`;

export const sharedFile: MappingFile = { name: '_shared.yaml', text: SHARED };

/** `dns.yaml:3: message` for each problem of the text as `dns.yaml`, or of several files, beside {@link SHARED}. */
export function problemsOf(text: string | Record<string, string>, shared = SHARED): string[] {
  const named = typeof text === 'string' ? { 'dns.yaml': text } : text;
  const files = Object.entries({ '_shared.yaml': shared, ...named }).map(([name, content]) => ({ name, text: content }));
  return checkMappings(files, SCHEMAS).problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

/** The set of texts without problems. */
export function loaded(files: readonly MappingFile[]): MappingSet {
  const { set, problems } = checkMappings([sharedFile, ...files], SCHEMAS);
  if (!set) throw new Error(`the test's own mapping has problems: ${JSON.stringify(problems, null, 1)}`);
  return set;
}

/**
 * A file of one rule in a class, complete but for what `map` adds, whose first line is line 8.
 *
 * @param map lines without indentation
 */
export function withMap(map: string, eventClass = 'process_activity'): string {
  const head = [
    `class: ${eventClass}`,
    'source: test',
    'rules:',
    '  - events: [A]',
    '    activity: Other',
    '    include: [event]',
    '    map:',
  ];
  const lines = [...map.trim().split('\n'), ...(FILLED[eventClass] ?? [])];
  return [...head, ...lines.map((line) => `      ${line}`)].join('\n');
}

/** What each class of the tests requires. */
const FILLED: Record<string, string[]> = {
  process_activity: ['device.uid: aid', 'process.uid: TargetProcessId'],
  dns_activity: ['src_endpoint.uid: aid'],
  detection_finding: ['finding_info.title: DetectName', 'finding_info.uid: DetectId'],
};

/** The entry of the first rule at a path. */
export function entryAt(set: MappingSet, path: string): Entry | undefined {
  return set.rules[0]?.entries.find((entry) => entry.path === path);
}
