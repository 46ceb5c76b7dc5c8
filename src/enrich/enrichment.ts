/** Facts as the core asks for them: hosts and users from a snapshot, processes from the unit that is converted. */
import type { FactKind } from '../mapping/plan.js';
import type { FactKey, FactSource, TextAt } from '../normalize/fact-source.js';
import type { Placeholders } from '../normalize/placeholders.js';
import { snapshotTooLarge } from './errors.js';
import type { FactTable } from './fact-table.js';
import { ProcessFacts } from './process-facts.js';
import type { SnapshotTables } from './snapshot-file.js';

const NEWLINE = 10;
/** A pair of row numbers, each from -1 on, in one number. */
const PAIR = 2 ** 26;

/** Rows that asked for facts, by what came of it. */
export interface FactOutcomes {
  found: number;
  /** from after the event */
  later: number;
  missing: number;
}

export class Enrichment implements FactSource {
  isLater = false;
  readonly processes: ProcessFacts;
  /** since the unit began */
  readonly outcomes = noOutcomes();
  private readonly key = new Uint8Array(1 << 12);
  private readonly fieldIndex = new Map<FactTable, Map<string, number>>();

  constructor(
    private readonly tables: SnapshotTables,
    placeholders: Placeholders,
    processBytes?: number,
  ) {
    this.processes = new ProcessFacts(placeholders, processBytes);
    for (const { arrays, fields } of [tables.users, tables.identities]) {
      if (arrays.rows.length / fields.length >= PAIR - 1) throw snapshotTooLarge();
    }
    for (const table of Object.values(tables)) this.fieldIndex.set(table, new Map(table.fields.map((name, i) => [name, i])));
  }

  startUnit(): void {
    this.processes.startUnit();
    Object.assign(this.outcomes, noOutcomes());
  }

  find(kind: FactKind, key: FactKey, timeMs: number): number {
    this.isLater = false;
    const fact = kind === 'host' ? this.host(key, timeMs) : kind === 'user' ? this.user(key, timeMs) : this.process(key);
    const outcomes = this.outcomes[kind];
    if (fact < 0) outcomes.missing++;
    else if (this.isLater) outcomes.later++;
    else outcomes.found++;
    return fact;
  }

  text(kind: FactKind, fact: number, field: string, at: TextAt): boolean {
    if (kind === 'process') return this.processes.text(fact, field, at);
    if (kind === 'host') return this.textOf(this.tables.hosts, fact, field, at);
    const identity = Math.floor(fact / PAIR) - 1;
    const user = (fact % PAIR) - 1;
    return this.textOf(this.tables.identities, identity, field, at) || this.textOf(this.tables.users, user, field, at);
  }

  private textOf(table: FactTable, row: number, field: string, at: TextAt): boolean {
    const index = row < 0 ? undefined : this.fieldIndex.get(table)!.get(field);
    return index !== undefined && table.text(row, index, at);
  }

  private host({ uid }: FactKey, timeMs: number): number {
    const { hosts } = this.tables;
    const row = hosts.find(uid.bytes, uid.offset, uid.length, timeMs);
    this.isLater = hosts.isLater;
    return row;
  }

  /** What the host's own UserIdentity says, and where that is silent the tenant's userinfo; one of after the time only alone. */
  private user({ uid, aid, cid }: FactKey, timeMs: number): number {
    const { identities, users } = this.tables;
    let length = this.compose(aid, uid);
    let identity = length < 0 ? -1 : identities.find(this.key, 0, length, timeMs);
    length = this.compose(cid, uid);
    let user = length < 0 ? -1 : users.find(this.key, 0, length, timeMs);
    const identityIsLater = identity >= 0 && identities.isLater;
    const userIsLater = user >= 0 && users.isLater;
    if (identityIsLater && user >= 0 && !userIsLater) identity = -1;
    if (userIsLater && identity >= 0) user = -1;
    if (identity < 0 && user < 0) return -1;
    this.isLater = identity >= 0 ? identityIsLater : userIsLater;
    return (identity + 1) * PAIR + user + 1;
  }

  private process({ uid, aid }: FactKey): number {
    const length = this.compose(aid, uid);
    return length < 0 ? -1 : this.processes.find(this.key, 0, length);
  }

  /** Writes `<a>\n<b>`; its length, or -1 where one of the two is nothing. */
  private compose(a: TextAt, b: TextAt): number {
    const { key } = this;
    if (a.length === 0 || b.length === 0 || a.length + b.length + 1 > key.length) return -1;
    for (let i = 0; i < a.length; i++) key[i] = a.bytes[a.offset + i]!;
    key[a.length] = NEWLINE;
    for (let i = 0, to = a.length + 1; i < b.length; i++) key[to + i] = b.bytes[b.offset + i]!;
    return a.length + 1 + b.length;
  }
}

function noOutcomes(): Record<FactKind, FactOutcomes> {
  const none = () => ({ found: 0, later: 0, missing: 0 });
  return { host: none(), user: none(), process: none() };
}
