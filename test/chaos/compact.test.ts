/**
 * Compaction killed at random instants, several at a time, with late objects and slow writers in between and a reader that polls: every
 * event stays readable throughout and is there once in the end.
 *
 * The short form is part of the suite; `npm run test:chaos` runs the whole (FALCONRY_CHAOS=1).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deadKeys, readJournals } from '../../src/lake/journal.js';
import { Random } from '../../src/sample/random.js';
import { LocalStore } from '../../src/store/local.js';
import { type Finished, runCli } from '../cli/run.js';
import { eventAt, verifyCompacted, writeUnit } from '../compact/small-lake.js';
import { lakeUids } from '../convert/lake-rows.js';
import { runUntil } from '../fault/watched-run.js';
import { DAY, LakeFixture } from '../lake/lake-fixture.js';

const SEED = Number(process.env.FALCONRY_CHAOS_SEED ?? 20_260_806);
const KILLS = process.env.FALCONRY_CHAOS === undefined ? 8 : 200;
/** A late object, or a slow writer, comes every so many kills. */
const EVERY = 3;

let lake: LakeFixture;
/** where units are written before they appear in the lake, whole */
let aside: LakeFixture;
beforeEach(async () => {
  lake = await LakeFixture.make();
  aside = await LakeFixture.make();
});
afterEach(async () => {
  await lake.remove();
  await aside.remove();
});

/** Reads the lake as a query engine does: lists, then opens; what is gone by then makes it list again. */
class PollingReader {
  polls = 0;
  readonly missing: string[] = [];
  private stopped = false;
  private running: Promise<void> | undefined;

  /** @param expected uids that must be there at any time from now on */
  constructor(private readonly expected: ReadonlySet<string>) {}

  start(): void {
    this.running = this.poll();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async poll(): Promise<void> {
    while (!this.stopped) {
      const begun = performance.now();
      const wanted = [...this.expected];
      const seen = await lakeUids(lake.folder).catch((error: Error) => {
        if (/No such file|No files found|Cannot open file/.test(error.message)) return undefined;
        throw error;
      });
      if (seen !== undefined) {
        const found = new Set(seen);
        this.polls++;
        for (const uid of wanted) if (!found.has(uid)) this.missing.push(uid);
      }
      // it reads the whole lake each time; the compactions need the processor too
      await setTimeout(2 * (performance.now() - begun));
    }
  }
}

it(`killed ${KILLS} times (seed ${SEED}): no event is ever missing, each is there once in the end`, async () => {
  console.log(`chaos: compaction, seed ${SEED}, ${KILLS} kills`);
  const random = new Random(SEED, 1);
  const expected = new Set<string>();
  const slow = new Map<string, string>();
  let units = 0;
  const write = async (rows: number) => {
    const unit = `unit-${units++}`;
    const events = Array.from({ length: rows }, () => random.between(0, 3000)).map((n) => eventAt(n, n * 20));
    const once = [...new Map(events.map((event) => [(event.metadata as { uid: string }).uid, event])).values()];
    const key = await writeUnit(aside, unit, once);
    await new LocalStore(lake.folder).writeFile(key, aside.path(key));
    for (const event of once) expected.add((event.metadata as { uid: string }).uid);
    // a second attempt at the same unit holds the same bytes, and will publish them late
    slow.set(key, aside.path(key));
  };
  for (let i = 0; i < 6; i++) await write(300);

  const reader = new PollingReader(expected);
  reader.start();
  const args = ['compact', lake.folder, '--day', DAY, '--object-bytes', '60000', '--threads', '1', '--json'];
  let kills = 0;
  let runs = 0;
  /** changes in the runs of late that were not killed */
  const lately = [14];
  const finish = (finished: Finished & { changes: number }) => {
    runs++;
    if (finished.signal === 'SIGKILL' && ++kills % 20 === 0)
      console.log(`chaos: ${kills} kills in ${runs} runs, ${reader.polls} polls`);
    if (finished.signal === 'SIGKILL') return;
    expect([finished.code, finished.stderr]).toEqual([0, '']);
    lately.push(finished.changes);
  };
  for (let round = 0; kills < KILLS; round++) {
    expect(runs, 'runs that end before they are killed').toBeLessThan(KILLS * 6 + 20);
    if (round % EVERY === 0) await write(40);
    if (round % EVERY === 1) await republish(random, slow);
    const rivals = random.between(1, 3);
    const most = Math.max(2, ...lately.slice(-6));
    const moments = Array.from({ length: rivals }, () => random.between(1, most));
    const ended = await Promise.all(
      moments.map((n) => runUntil(args, { folder: lake.folder, until: (_tree, changes) => changes >= n, signal: 'SIGKILL' })),
    );
    for (const one of ended) finish(one);
  }
  await reader.stop();

  // twice: what a killed process was about to write may still be there
  for (let i = 0; i < 2; i++) {
    const last = await runCli(args);
    expect([last.code, last.stderr]).toEqual([0, '']);
  }
  expect(reader.missing).toEqual([]);
  expect(reader.polls).toBeGreaterThan(KILLS / 2);
  expect(await lakeUids(lake.folder)).toEqual([...expected].sort());
  expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, duplicates: 0 });
  await expectLedgerOfRows(expected.size);
  const again = await runCli(args);
  expect(JSON.parse(again.stdout)).toMatchObject({ merges: [], finished: 0 });
}, 7_200_000);

/** A slow attempt publishes what another has published long ago: as commit.ts does, unless the journal says that it is dead. */
async function republish(random: Random, slow: ReadonlyMap<string, string>): Promise<void> {
  const keys = [...slow.keys()];
  const key = keys[random.between(0, keys.length - 1)]!;
  const work = new LocalStore(join(lake.folder, 'work'));
  if ((await deadKeys(work, 'lake', [key])).has(key)) return;
  await new LocalStore(lake.folder).writeFile(key, slow.get(key)!);
}

/** The journals' sums are those of the lake: rows in = rows out + duplicates, merge by merge, and nothing is staged any more. */
async function expectLedgerOfRows(rows: number): Promise<void> {
  const journals = await readJournals(new LocalStore(join(lake.folder, 'work')), 'lake');
  const sum = (some: readonly { rows: number }[]) => some.reduce((total, one) => total + one.rows, 0);
  for (const [prefix, entries] of journals) {
    const dead = new Set<string>();
    for (const { record, state } of entries) {
      expect(state).toBe('deleted');
      expect(sum(record.inputs)).toBe(sum(record.outputs) + record.duplicates);
      for (const { key } of record.inputs) {
        expect(dead.has(key), `${key} was merged twice`).toBe(false);
        dead.add(key);
      }
    }
    const alive = entries.flatMap(({ record }) => record.outputs).filter(({ key }) => !dead.has(key));
    expect(sum(alive)).toBe(rows);
    const files = (await readdir(join(lake.folder, prefix))).filter((name) => name.endsWith('.parquet'));
    expect(files.sort()).toEqual(alive.map(({ key }) => key.slice(prefix.length)).sort());
    const folder = join(lake.folder, 'work/compaction/lake', prefix.slice('ext/'.length));
    const staged = await readdir(join(folder, 'staging'), { recursive: true }).catch(() => []);
    expect(staged.filter((name) => name.endsWith('.parquet'))).toEqual([]);
  }
}
