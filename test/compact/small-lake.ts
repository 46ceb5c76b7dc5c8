/** A lake of small objects in committed layouts, as several conversions leave it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type CompactHooks, compact } from '../../src/compact/compact.js';
import type { CompactOptions } from '../../src/compact/options.js';
import type { CompactReport } from '../../src/compact/report.js';
import { loadLayouts } from '../../src/convert/definitions.js';
import { readJournals } from '../../src/lake/journal.js';
import { type VerifyReport, verifyLake } from '../../src/lake/verify.js';
import type { ClassLayout } from '../../src/ocsf/layout.js';
import { LocalStore } from '../../src/store/local.js';
import { DAY, DAY_START, type LakeFixture, type ObjectSpec, processRow, type Row, timeOf } from '../lake/lake-fixture.js';

export const LAYOUT: ClassLayout = loadLayouts('1.2.0').find((layout) => layout.class === 'process_activity')!;

/** A process event; the same numbers give the same event. */
export function eventAt(index: number, seconds: number): Row {
  return { ...processRow(index), ...timeOf(DAY_START + seconds * 1000) };
}

export const unitName = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

/** Writes an object as a conversion names it. */
export function writeUnit(lake: LakeFixture, unit: string, rows: readonly Row[], spec: ObjectSpec = {}): Promise<string> {
  const sorted = [...rows].sort((a, b) => Number(a.time) - Number(b.time) || (uidOf(a) < uidOf(b) ? -1 : 1));
  return lake.write({ name: `${unitName(unit)}-0000.zst`, layout: LAYOUT, rows: sorted, ...spec });
}

const uidOf = (row: Row): string => String((row.metadata as Row).uid);

export const compactDay = (
  lake: LakeFixture,
  options: Partial<CompactOptions> = {},
  hooks: CompactHooks = {},
): Promise<CompactReport> => compact({ lake: lake.folder, day: DAY, threads: 1, ...options }, hooks);

export async function verifyCompacted(lake: LakeFixture): Promise<VerifyReport> {
  return verifyLake(new LocalStore(lake.folder), {
    layouts: loadLayouts('1.2.0'),
    threads: 1,
    journals: await readJournals(new LocalStore(join(lake.folder, 'work')), 'lake'),
  });
}
