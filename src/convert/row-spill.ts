/** Runs of a unit's rows on local disk: one file a window, in it one run a group. Everything here is synchronous, as DuckDB asks for rows. */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Group } from '../normalize/groups.js';
import { MergedRuns, RowRunReader, RowRunWriter } from '../normalize/row-run.js';
import type { RowTable } from '../normalize/row-table.js';

interface Run {
  file: number;
  offset: number;
  bytes: number;
}

/** All runs of a group. */
export interface SpilledGroup {
  group: Group;
  rows: number;
  runs: Run[];
}

export class RowSpill {
  /** rows on disk */
  rows = 0;
  private readonly files: { file: number; path: string }[] = [];
  private readonly byGroup = new Map<string, SpilledGroup>();

  constructor(private readonly folder: string) {}

  get windows(): number {
    return this.files.length;
  }

  get groups(): SpilledGroup[] {
    return [...this.byGroup.values()];
  }

  /** Writes a window's rows. @param order of each group's rows */
  add(rows: RowTable, groups: readonly { group: Group; order: Int32Array }[]): void {
    const path = join(this.folder, `${this.files.length}.rows`);
    const file = openSync(path, 'wx+');
    this.files.push({ file, path });
    const writer = new RowRunWriter((bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    });
    for (const { group, order } of groups) {
      const offset = writer.bytes;
      for (const row of order) writer.add(rows, row);
      this.addRun(group, order.length, { file, offset, bytes: writer.bytes - offset });
    }
    writer.flush();
  }

  /** The rows of a group, those of all runs in one order. */
  merged({ runs }: SpilledGroup): MergedRuns {
    return new MergedRuns(
      runs.map(({ file, offset, bytes }) => {
        let position = offset;
        const read = (into: Uint8Array): void => {
          for (let at = 0; at < into.length; ) {
            const count = readSync(file, into, at, into.length - at, position);
            if (count === 0) throw new Error(`a run of rows in ${this.folder} is shorter than it was written`);
            at += count;
            position += count;
          }
        };
        return new RowRunReader(read, bytes);
      }),
    );
  }

  /** Gives the disk back. */
  clear(): void {
    for (const { file, path } of this.files.splice(0)) {
      closeSync(file);
      unlinkSync(path);
    }
    this.byGroup.clear();
    this.rows = 0;
  }

  private addRun(group: Group, rows: number, run: Run): void {
    const key = JSON.stringify([group.class, group.day, group.tenant]);
    let spilled = this.byGroup.get(key);
    if (spilled === undefined) this.byGroup.set(key, (spilled = { group: { ...group }, rows: 0, runs: [] }));
    spilled.rows += rows;
    spilled.runs.push(run);
    this.rows += rows;
  }
}
