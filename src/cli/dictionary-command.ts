/** `falconry dictionary`: what the mappings lack against a tenant's own event dictionary, and a skeleton of what to add. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { loadCompiled, loadLayouts, loadMappings, mappingFiles } from '../convert/definitions.js';
import { FalconryError } from '../error.js';
import { compileMapping } from '../mapping/compile.js';
import { coverageOf } from '../mapping/coverage.js';
import { type DictionaryReport, dictionaryReport } from '../mapping/dictionary-report.js';
import { dictionaryInvalid } from '../mapping/errors.js';
import { type DictionaryType, type EventDictionary, parseDictionary } from '../mapping/event-dictionary.js';
import { parseMappings } from '../mapping/load.js';
import type { MappingSet } from '../mapping/model.js';
import { type SkeletonFile, skeletonFiles } from '../mapping/skeleton.js';
import { ocsfSchema } from '../ocsf/load.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../ocsf/schema.js';
import { dictionaryText, skeletonText } from './dictionary-text.js';
import { inputFile } from './input-file.js';
import { fillVersion } from './ocsf-option.js';

/** A dictionary of 3,000 entries has some 30 MiB. */
const MOST_BYTES = 128 * 1024 * 1024;

export interface DictionaryArguments {
  file: string;
  ocsf: string;
  mappings?: string;
  skeleton?: string;
  all?: boolean;
  json?: boolean;
}

export async function dictionaryCommand({ file, ocsf, mappings, skeleton, all, json }: DictionaryArguments): Promise<void> {
  const version = fillVersion(ocsf);
  const { mapping } = loadCompiled(version, mappings);
  const set = loadMappings(mappings);
  const dictionary = parseDictionary(await readText(file), file);
  const report = dictionaryReport(dictionary, mapping, set);
  const files = skeleton === undefined ? undefined : await writeSkeleton(skeleton, dictionary, version, mappings);
  if (json === true) {
    const written = files?.map(({ name, class: cls, eventTypes }) => ({ path: join(skeleton!, name), class: cls, eventTypes }));
    const document: DictionaryReport & { skeleton?: unknown } = { ...report, ...(written && { skeleton: written }) };
    process.stdout.write(`${JSON.stringify(document)}\n`);
    return;
  }
  process.stdout.write(dictionaryText(report, dictionary, all === true));
  if (files !== undefined) process.stdout.write(skeletonText(skeleton!, files));
}

/** The whole file as text, inflated; never more than {@link MOST_BYTES}. */
async function readText(file: string): Promise<string> {
  const input = await inputFile(file);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const tooLarge = () => dictionaryInvalid(file, `it is larger than ${MOST_BYTES / 1024 / 1024} MiB`);
  try {
    for await (const chunk of await input.open()) {
      length += chunk.length;
      if (length > MOST_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } finally {
    await input.close();
  }
  let bytes = Buffer.concat(chunks);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    bytes = await promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : dictionaryInvalid(file, 'its gzip data is damaged');
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw dictionaryInvalid(file, 'it is no UTF-8 text');
  }
}

/** The files, read back by the loader beside all mappings there are; their comments tell what these leave without a home. */
function fullSkeleton(types: readonly DictionaryType[], version: OcsfVersion, mappings: string | undefined): SkeletonFile[] {
  const load = (files: readonly SkeletonFile[]): MappingSet => {
    const own = files.map(({ name, text }) => ({ name, text, origin: 'user' as const }));
    return parseMappings([...mappingFiles(mappings), ...own], OCSF_VERSIONS.map(ocsfSchema));
  };
  const set = load(skeletonFiles(types));
  const { mapping } = compileMapping({ set, schema: ocsfSchema(version), layouts: loadLayouts(version), columns: 'frozen' });
  const coverage = new Map(coverageOf(mapping, set).map(({ eventType, fields }) => [eventType, new Set(fields)]));
  const files = skeletonFiles(types, (eventType, field) => coverage.get(eventType)?.has(field) === true);
  load(files);
  return files;
}

/** Writes the files into a new or empty folder, once they are known to load beside all mappings there are. */
async function writeSkeleton(
  folder: string,
  dictionary: EventDictionary,
  version: OcsfVersion,
  mappings: string | undefined,
): Promise<SkeletonFile[]> {
  if (existsSync(folder) && (await readdir(folder)).length > 0) {
    throw new FalconryError('SKELETON_EXISTS', `${folder} holds something already; name a new or empty folder.`, { exitCode: 2 });
  }
  // of any OCSF version: a type that one version alone has no rule for is not taken away from the others
  const named = new Set(loadMappings(mappings).rules.flatMap(({ eventTypes }) => eventTypes));
  const files = fullSkeleton(
    dictionary.types.filter(({ eventType }) => !named.has(eventType)),
    version,
    mappings,
  );
  await mkdir(folder, { recursive: true });
  for (const { name, text } of files) await writeFile(join(folder, name), text, { flag: 'wx' });
  return files;
}
