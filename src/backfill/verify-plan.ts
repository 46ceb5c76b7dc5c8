/**
 * `backfill verify`: every planned file accounted for, the counts add up, the objects are there, or compaction has merged them, or a later
 * backfill replaced them; and what the plan itself replaces is gone. Reads only.
 */
import { addOutcomes, type Ledger, ledgerKey, noOutcomes, type Outcomes, publishedKey, readLedger } from '../convert/ledger.js';
import { closePlaces, openPlaces } from '../convert/places.js';
import type { ObjectStore } from '../store/store.js';
import { inOrder } from './in-order.js';
import { MergedObjects } from './merged-objects.js';
import { objectsThere } from './objects-there.js';
import { conversionOf, type OpenPlan, type Retired, sizeOfClaims } from './plan-file.js';
import type { PlanFinding } from './plan-finding.js';
import { PlannedPartitions } from './planned-partitions.js';
import { readSlice, type Slice } from './slice-file.js';

export interface PlanVerification {
  plan: string;
  ok: boolean;
  slices: number;
  units: number;
  files: number;
  objects: number;
  /** of these, objects that compaction has merged into others, which are there */
  merged: number;
  /** of these, objects whose events a later backfill has converted anew */
  replaced: number;
  bytes: number;
  events: Outcomes;
  /** where a catalog is named: partitions of the objects, all of them registered if there is no finding */
  partitions?: number;
  /** of a plan that replaces others, once that is done */
  retired?: Retired;
  /** the first hundred */
  findings: PlanFinding[];
  findingCount: number;
}

const UNITS_AT_ONCE = 16;
const MOST_FINDINGS = 100;

/** @throws what stores and the catalog throw; what is wrong with the lake is a finding */
export async function verifyPlan(
  open: OpenPlan,
  {
    onProgress,
    replaced = true,
  }: { onProgress?: (slices: number) => void /** whether also what it replaces */; replaced?: boolean } = {},
): Promise<PlanVerification> {
  const { plan, place } = open;
  const places = await openPlaces(conversionOf(open));
  const result: PlanVerification = {
    plan: place.uri,
    ok: true,
    slices: 0,
    units: 0,
    files: 0,
    objects: 0,
    merged: 0,
    replaced: 0,
    bytes: 0,
    events: noOutcomes(),
    findings: [],
    findingCount: 0,
  };
  try {
    const partitions = new PlannedPartitions();
    const journals = await MergedObjects.read(places.work, places.lake, plan.lakeId);
    for (let number = 0; number < plan.slices.length; number++) {
      const slice = await readSlice(open, number);
      const verify = (unit: Slice['units'][number]) => verifyUnit({ ...places, journals }, number, unit);
      for await (const { ledger, merged, replaced, findings } of inOrder(slice.units, UNITS_AT_ONCE, verify)) {
        result.units++;
        if (ledger !== undefined) {
          result.files += ledger.files.length;
          result.objects += ledger.objects.length;
          result.merged += merged;
          result.replaced += replaced;
          for (const { bytes } of ledger.objects) result.bytes += bytes;
          addOutcomes(result.events, ledger.outcomes);
          partitions.add(number, ledger);
        }
        addFindings(result, findings);
      }
      result.slices++;
      onProgress?.(result.slices);
    }
    if (places.catalog !== undefined) {
      result.partitions = partitions.size;
      addFindings(result, await partitions.missingIn(places.catalog));
    }
    if (replaced && plan.replace !== undefined) await verifyReplaced(open, places.lake, result);
  } finally {
    await closePlaces(places);
  }
  result.ok = result.findingCount === 0;
  return result;
}

function addFindings(result: PlanVerification, findings: readonly PlanFinding[]): void {
  result.findingCount += findings.length;
  result.findings.push(...findings.slice(0, MOST_FINDINGS - result.findings.length));
}

async function verifyReplaced({ plan, place }: OpenPlan, lake: ObjectStore, result: PlanVerification): Promise<void> {
  const retired = await place.readRetired();
  if (retired === undefined) {
    const claims = await place.readClaims();
    const { objects } = claims === undefined ? plan.replace! : sizeOfClaims(claims);
    const message = `what this replaces, ${objects} objects, was not retired yet; use "falconry backfill retire"`;
    addFindings(result, [{ kind: 'not-retired', message }]);
    return;
  }
  result.retired = retired;
  const there = inOrder((await place.readClaims()) ?? [], UNITS_AT_ONCE, (claim) => objectsThere(place.work, lake, claim));
  for await (const keys of there) {
    const findings = keys.map((key) => ({
      kind: 'object-came-back' as const,
      message: `${key} was replaced and is there again, so that its events are there twice; give "falconry backfill retire" again`,
    }));
    addFindings(result, findings);
  }
}

interface VerifyPlace {
  work: ObjectStore;
  lake: ObjectStore;
  lakeId: string;
  journals: MergedObjects;
}

async function verifyUnit(
  { work, lake, lakeId, journals }: VerifyPlace,
  slice: number,
  planned: Slice['units'][number],
): Promise<{ ledger: Ledger | undefined; merged: number; replaced: number; findings: PlanFinding[] }> {
  const findings: PlanFinding[] = [];
  const { unit } = planned;
  const find = (kind: PlanFinding['kind'], message: string) => findings.push({ kind, slice, unit, message });
  if ((await work.head(ledgerKey(lakeId, unit))) === undefined) {
    find('missing-unit', `${planned.files.length} files were not converted, the first is ${planned.files[0]!.key}`);
    return { ledger: undefined, merged: 0, replaced: 0, findings };
  }
  const ledger = await readLedger(work, ledgerKey(lakeId, unit));
  checkFiles(planned, ledger, find);
  checkCounts(ledger, find);
  if ((await work.head(publishedKey(lakeId, unit))) === undefined) {
    find('not-published', 'committed, not yet published');
    return { ledger, merged: 0, replaced: 0, findings };
  }
  let merged = 0;
  let replaced = 0;
  for (const { key, bytes } of ledger.objects) {
    const there = await lake.head(key);
    if (there === undefined) {
      const fate = await journals.fateOf(key);
      if (fate.kind === 'merged') merged++;
      else if (fate.kind === 'replaced') replaced++;
      else if (fate.kind === 'unknown') find('object-missing', `${key} is not in the lake`);
      else
        find('object-missing', `${key} was merged by compaction, and ${fate.key} of the journal is not in the lake as it says`);
    } else if (journals.isGone(key)) {
      find(
        'object-came-back',
        `${key} was merged by compaction or replaced, and is there again, so that its events are there twice; compact its day again`,
      );
    } else if (there.size !== bytes) find('object-differs', `${key} has ${there.size} bytes, its ledger says ${bytes}`);
  }
  return { ledger, merged, replaced, findings };
}

type Find = (kind: PlanFinding['kind'], message: string) => unknown;

function checkFiles(planned: Slice['units'][number], ledger: Ledger, find: Find): void {
  const converted = new Map(ledger.files.map((file) => [file.key, file]));
  for (const { key, size, etag } of planned.files) {
    const file = converted.get(key);
    converted.delete(key);
    if (file === undefined) find('file-differs', `${key} is planned and not in the ledger`);
    else if (file.size !== size || file.etag !== etag) {
      find(
        'file-differs',
        `${key} was planned as ${size} bytes, ETag ${etag}, and converted as ${file.size} bytes, ETag ${file.etag}`,
      );
    }
  }
  for (const key of converted.keys()) find('file-differs', `${key} is in the ledger and not planned`);
}

function checkCounts(ledger: Ledger, find: Find): void {
  const sum = noOutcomes();
  for (const { outcomes } of ledger.files) addOutcomes(sum, outcomes);
  for (const name of Object.keys(sum) as (keyof Outcomes)[]) {
    if (sum[name] !== ledger.outcomes[name]) find('counts-differ', `${name}: ${ledger.outcomes[name]}, its files ${sum[name]}`);
  }
  const { read, written, quarantined, duplicate, filtered } = ledger.outcomes;
  if (read !== written + quarantined + duplicate + filtered) find('counts-differ', `${read} read is not the sum of the outcomes`);
  const rows = ledger.objects.reduce((total, object) => total + object.rows, 0);
  if (rows !== written) find('counts-differ', `${written} written, and ${rows} rows in the objects`);
}
