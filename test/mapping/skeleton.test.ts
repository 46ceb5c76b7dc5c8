/** The skeleton of mappings: it loads on top of the shipped ones, its classes are filled, and no name in it does harm. */
import { describe, expect, it } from 'vitest';
import { loadLayouts, mappingFiles } from '../../src/convert/definitions.js';
import { compileMapping } from '../../src/mapping/compile.js';
import { dictionaryReport } from '../../src/mapping/dictionary-report.js';
import { type DictionaryType, parseDictionary } from '../../src/mapping/event-dictionary.js';
import { parseMappings } from '../../src/mapping/load.js';
import { type SkeletonFile, skeletonFiles } from '../../src/mapping/skeleton.js';
import { Normalizer } from '../../src/normalize/normalizer.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import { plainRow } from '../normalize/explained.js';
import { type PlacedRow, rowsAsRead } from '../normalize/rows.js';
import { blockOf, noOutcomes, schemas } from '../normalize/shipped.js';
import { HOSTILE_NAMES, hostileEntries, OF_FAMILIES } from './made-up-dictionary.js';

const typesOf = (entries: readonly object[]): DictionaryType[] => parseDictionary(JSON.stringify(entries), 'd.json').types;
const families = typesOf(OF_FAMILIES.map(([one]) => one));
const hostile = typesOf(hostileEntries());

const load = (files: readonly SkeletonFile[]) =>
  parseMappings([...mappingFiles(), ...files.map(({ name, text }) => ({ name, text, origin: 'user' as const }))], schemas);

const compile = (files: readonly SkeletonFile[], version: OcsfVersion) =>
  compileMapping({ set: load(files), schema: ocsfSchema(version), layouts: loadLayouts(version), columns: 'frozen' });

const VALUES: Record<string, string> = {
  TargetFileName: '\\Device\\HarddiskVolume3\\quux.bin',
  ImageFileName: '\\Device\\HarddiskVolume3\\quux.exe',
  SHA256HashData: 'ab12'.repeat(16),
  Size: '4096',
  RegOperationType: '4',
  RegObjectName: '\\REGISTRY\\MACHINE\\SOFTWARE\\Quux',
  DomainName: 'quux.example.com',
};

/** An event of the type with all its fields. */
function eventOf({ eventType, fields }: DictionaryType): string {
  const values = Object.fromEntries(fields.map((field) => [field, VALUES[field] ?? '1700']));
  const envelope = { event_simpleName: eventType, id: `id of ${eventType}`, aid: 'a1', cid: 'c1', timestamp: '1772441730000' };
  return JSON.stringify({ ...values, ...envelope });
}

function convert(files: readonly SkeletonFile[], version: OcsfVersion, types: readonly DictionaryType[]): PlacedRow[] {
  const normalizer = new Normalizer(compile(files, version).mapping, { dedupe: false });
  const outcomes = noOutcomes();
  normalizer.add(blockOf(types.map(eventOf)), outcomes, () => {});
  expect(outcomes).toMatchObject({ read: types.length, written: types.length });
  const rows = rowsAsRead(normalizer);
  expect([...normalizer.unknown.keys()]).toEqual([]);
  return rows;
}

describe.each(OCSF_VERSIONS)('OCSF %s', (version) => {
  const files = skeletonFiles(families);

  it('places each family in its class, and its events are valid there', () => {
    const validator = new Validator(ocsfSchema(version));
    const rows = convert(files, version, families);
    const byType = new Map(rows.map((placed) => [(placed.row.metadata as { event_code: string }).event_code, placed]));
    for (const [{ name }, className] of OF_FAMILIES) {
      const placed = byType.get(name)!;
      expect(placed.class, name).toBe(className);
      expect(validator.validate(plainRow(placed.row) as Record<string, unknown>), name).toEqual([]);
      const { unmapped } = plainRow(placed.row) as { unmapped?: Record<string, string> };
      if (name !== 'SensorQuux' && name !== 'QuuxlessFileWritten') expect(unmapped, name).toMatchObject({ QuuxMood: '1700' });
    }
  });

  it('fills what the frozen columns have', () => {
    expect(compile(files, version).beyondLayout).toEqual(compile([], version).beyondLayout);
  });

  it('carries names as they are, whatever they are', () => {
    const rows = convert(skeletonFiles(hostile), version, hostile);
    expect(rows).toHaveLength(HOSTILE_NAMES.length);
    expect(new Set(rows.map((placed) => placed.class))).toEqual(new Set(['base_event']));
  });
});

it('loads whichever of its fields a type has', () => {
  const some = OF_FAMILIES.flatMap(([one]) => {
    const fields = one.fields ?? [];
    const subsets = fields.flatMap((_, i) => [fields.filter((_, j) => j !== i), fields.slice(0, i), fields.slice(i)]);
    return subsets.map((subset, i) => ({ ...one, name: one.name.replace('Quux', `Quux${i}x`), fields: subset }));
  });
  const types = typesOf(some);
  expect(load(skeletonFiles(types)).rules.flatMap(({ eventTypes }) => eventTypes)).toEqual(
    expect.arrayContaining(types.map(({ eventType }) => eventType)),
  );
});

it('leaves every other event type to the rule it had', () => {
  const own = new Set(families.map(({ eventType }) => eventType));
  const others = (files: readonly SkeletonFile[]) =>
    load(files).rules.filter(({ eventTypes }) => !eventTypes.some((type) => own.has(type)));
  expect(others(skeletonFiles(families))).toEqual(others([]));
});

it('names files by class alone, and gives a base event its reason', () => {
  for (const types of [families, hostile]) {
    const files = skeletonFiles(types, () => false);
    for (const { name, class: cls } of files) expect(name).toBe(`skeleton_${cls}.yaml`);
    expect(files.flatMap(({ eventTypes }) => eventTypes).sort()).toEqual(types.map(({ eventType }) => eventType).sort());
    const set = load(files);
    for (const { eventTypes, class: cls, reason } of set.rules) {
      if (cls === 'base_event' && types.some(({ eventType }) => eventTypes.includes(eventType))) expect(reason).toMatch(/\S/);
    }
  }
  const reasonOf = (type: string) =>
    load(skeletonFiles(families)).rules.find(({ eventTypes }) => eventTypes.includes(type))?.reason;
  expect(reasonOf('QuuxlessFileWritten')).toBe(
    'by its name it belongs to file_activity, but the dictionary gives it no TargetFileName',
  );
});

describe('the report', () => {
  const version = '1.2.0';
  const dictionary = parseDictionary(JSON.stringify(OF_FAMILIES.map(([one]) => one)), 'd.json');
  const files = skeletonFiles(families);

  it('adds up, and shrinks by what the skeleton maps', () => {
    const before = dictionaryReport(dictionary, compile([], version).mapping, load([]));
    const after = dictionaryReport(dictionary, compile(files, version).mapping, load(files));
    expect(before.types).toEqual({ known: OF_FAMILIES.length, mapped: 0, unmapped: OF_FAMILIES.length });
    expect(after.types).toEqual({ known: OF_FAMILIES.length, mapped: OF_FAMILIES.length, unmapped: 0 });
    for (const report of [before, after]) {
      report.eventTypes.forEach(({ eventType, fieldsMapped, fieldsUnmapped }, i) => {
        expect([...fieldsMapped, ...fieldsUnmapped].sort(), eventType).toEqual(dictionary.types[i]!.fields);
      });
    }
    const written = after.eventTypes.find(({ eventType }) => eventType === 'QuuxFileWritten')!;
    expect(written).toMatchObject({ classes: ['file_activity'], activities: ['Create'], fieldsUnmapped: ['QuuxMood'] });
    expect(after.unknownFields).toEqual([{ field: 'QuuxMood', types: OF_FAMILIES.length - 2 }]);
  });

  it('tells of a type just the fields that its event leaves in unmapped', () => {
    const report = dictionaryReport(dictionary, compile(files, version).mapping, load(files));
    const gaps = new Map(report.eventTypes.map((gap) => [gap.eventType, gap]));
    for (const { row } of convert(files, version, families)) {
      const { metadata, unmapped } = plainRow(row) as { metadata: { event_code: string }; unmapped?: Record<string, string> };
      const gap = gaps.get(metadata.event_code)!;
      // the dictionary tells nothing of the envelope; what an enum keeps depends on the value
      const left = Object.keys(unmapped ?? {}).filter((field) => field !== 'aid' && field !== 'RegOperationType');
      expect(left.sort(), gap.eventType).toEqual(gap.fieldsUnmapped);
    }
  });
});
