/** What earlier runs into a lake have left: finished work to skip, committed work to publish, dead work to remove. */
import { type CommitPlace, clearStaging, publishUnit } from './commit.js';
import { fileIdentity, type LedgerFile, readLedgers } from './ledger.js';

export interface EarlierRuns {
  /** the files that a ledger of the lake holds, by {@link fileIdentity} */
  known: Set<string>;
  /** canonical keys of the quarantine files that were replayed */
  replayed: Set<string>;
  /** units that were committed and not yet published; they are now */
  published: number;
}

/** Only for who holds the lake's lock. */
export async function finishEarlierRuns(place: CommitPlace): Promise<EarlierRuns> {
  const runs: EarlierRuns = { known: new Set(), replayed: new Set(), published: 0 };
  for await (const { ledger, published } of readLedgers(place.work, place.lakeId)) {
    for (const file of ledger.files) add(runs, file);
    if (published) continue;
    await publishUnit(place, ledger, undefined);
    runs.published++;
  }
  await clearStaging(place);
  return runs;
}

/** A replayed file is known by its name: lines mended in it afterwards would come with those that were converted before. */
function add({ known, replayed }: EarlierRuns, file: LedgerFile): void {
  if (file.feed === 'quarantine') replayed.add(file.canonicalKey);
  else known.add(fileIdentity(file));
}
