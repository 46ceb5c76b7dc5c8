/** Which units a plan replaces, which files it converts, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { Replacement } from '../../src/backfill/replaced-units.js';
import { fileIdentity, type Ledger, type LedgerObject, noOutcomes } from '../../src/convert/ledger.js';
import type { TimeRange } from '../../src/convert/time-range.js';

const DAY = 86_400_000;
const day = (n: number) => Date.UTC(2026, 2, n);
const ASKED: TimeRange = { from: day(2), to: day(4) };
const ALWAYS: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const identityOf = (mapping: string, { from, to }: TimeRange, more: Record<string, string> = {}) => ({
  mapping,
  ocsf: '1.2.0',
  from: Number.isFinite(from) ? String(from) : '',
  to: Number.isFinite(to) ? String(to) : '',
  ...more,
});
const file = (name: string) => ({ key: `fdr/data/${name}.gz`, canonicalKey: `data/${name}.gz`, size: 1, etag: name });
const object = (minTime: number, maxTime: number): LedgerObject => ({
  ...{ key: 'k', staged: 's', class: 'c', source: 's', rows: 1, bytes: 1 },
  ...{ minTime, maxTime },
});

function ledger(unit: string, identity: Record<string, string>, names: string[], objects: LedgerObject[] = []): Ledger {
  const rest = { outcomes: noOutcomes(), inflatedBytes: 0 };
  const files = names.map((name) =>
    name.startsWith('quarantine/')
      ? { key: name, canonicalKey: name, size: 1, etag: 'q', feed: 'quarantine', ...rest }
      : { ...file(name), feed: 'events', ...rest },
  );
  return {
    ...{ format: 1, unit, identity, files, outcomes: noOutcomes(), filtered: {}, quarantine: {}, invalid: {}, unknown: {} },
    ...{ objects, seconds: 0 },
  };
}

function replacement(ledgers: (Ledger | { unpublished: Ledger })[], asked = ASKED) {
  const replaced = new Replacement(asked, identityOf('new', asked), new Set<string>());
  for (const one of ledgers) {
    if ('unpublished' in one) replaced.add(one.unpublished, false);
    else replaced.add(one, true);
  }
  /** the files of these that are to be converted */
  const meet = (...names: string[]) => names.filter((name) => replaced.meet(fileIdentity(file(name)), file(name).key));
  return { meet, finish: () => replaced.finish() };
}

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect((error as Error).message).toMatch(/^[^\n]+; [^\n]+\.$/);
    return (error as { code: string }).code.replace('BACKFILL_REPLACE_', '');
  }
  return 'none';
};

describe('a replacement', () => {
  it('takes units of another mapping, and new files; it leaves units of the same mapping and of other times or archives', () => {
    const { meet, finish } = replacement([
      ledger('old', identityOf('old', ASKED), ['a', 'b']),
      ledger('half', identityOf('old', { from: day(2), to: day(3) }), ['c']),
      ledger('half-too', identityOf('old', { from: day(3), to: day(4) }), ['c']),
      ledger('current', identityOf('new', ASKED), ['d']),
      ledger('current-and-wider', identityOf('new', ALWAYS), ['e']),
      ledger('other-times', identityOf('old', { from: day(4), to: day(9) }), ['a', 'x']),
      ledger('other-archive', identityOf('old', ASKED), ['y', 'z']),
    ]);
    expect(meet('a', 'b', 'c', 'd', 'e', 'f', 'a')).toEqual(['a', 'b', 'c', 'f']);
    expect(finish()).toEqual({ units: ['half', 'half-too', 'old'], left: 1 });
  });

  it('that was half done takes up the rest: what is converted stays, and what it replaces is still to go', () => {
    const { meet, finish } = replacement([
      ledger('old', identityOf('old', ASKED), ['a', 'b']),
      ledger('done', identityOf('new', ASKED, { retired: 'some' }), ['a', 'n']),
    ]);
    expect(meet('a', 'b', 'n')).toEqual(['b']);
    expect(finish()).toEqual({ units: ['old'], left: 0 });
  });

  it('takes a shorter unit of the same mapping, which would otherwise be there twice', () => {
    const { meet, finish } = replacement([ledger('short', identityOf('new', { from: day(2), to: day(3) }), ['a'])]);
    expect(meet('a')).toEqual(['a']);
    expect(finish().units).toEqual(['short']);
  });

  it('refuses units of a wider range, of files that are gone, that are enriched or not published', () => {
    const wider = replacement([ledger('u', identityOf('old', { from: day(2), to: day(5) }), ['a'])]);
    expect(code(() => wider.meet('a'))).toBe('WIDER');
    const always = replacement([ledger('u', identityOf('old', ALWAYS), ['a'])]);
    expect(code(() => always.meet('a'))).toBe('WIDER');
    expect(replacement([ledger('u', identityOf('old', ALWAYS), ['a'])], ALWAYS).meet('a')).toEqual(['a']);
    const enriched = replacement([ledger('u', identityOf('old', ASKED, { snapshot: 's' }), ['a'])]);
    expect(code(() => enriched.meet('a'))).toBe('ENRICHED');
    const gone = replacement([ledger('u', identityOf('old', ASKED), ['a', 'b'])]);
    gone.meet('a');
    expect(code(() => gone.finish())).toBe('PARTIAL');
    // of the same mapping, too: what it holds would be taken for converted
    for (const mapping of ['old', 'new']) {
      const unpublished = replacement([{ unpublished: ledger('u', identityOf(mapping, ASKED), ['a']) }]);
      expect(code(() => unpublished.meet('a'))).toBe('UNPUBLISHED');
    }
  });

  it('takes what was replayed of a unit’s quarantine, and of that one’s, where it lies in the range', () => {
    const inside = object(day(2), day(4) - 1);
    const ledgers = [
      ledger('old', identityOf('old', ASKED), ['a']),
      ledger('replay', identityOf('old', ALWAYS), ['quarantine/old.ndjson.gz'], [inside]),
      ledger('again', identityOf('old', ALWAYS), ['quarantine/replay.ndjson.gz'], [inside]),
      ledger('other', identityOf('old', ALWAYS), ['quarantine/another.ndjson.gz'], [inside]),
    ];
    const all = replacement(ledgers);
    all.meet('a');
    expect(all.finish().units).toEqual(['again', 'old', 'replay']);
    for (const outside of [object(day(2) - DAY, day(3)), object(day(3), day(4))]) {
      const refused = replacement([...ledgers.slice(0, 1), { ...ledgers[1]!, objects: [inside, outside] }]);
      refused.meet('a');
      expect(code(() => refused.finish())).toBe('REPLAYED');
    }
    const pending = replacement([ledgers[0]!, { unpublished: ledgers[1]! }]);
    pending.meet('a');
    expect(code(() => pending.finish())).toBe('UNPUBLISHED');
  });
});
