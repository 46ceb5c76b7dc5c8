/** Sorts rows into groups, one object's worth each. */
import type { LineCells } from '../scan/cells.js';
import { FieldDictionary, hashBytes } from '../scan/dictionary.js';
import type { Placeholders } from './placeholders.js';

/** Rows of one class, tenant and UTC day. */
export interface Group {
  class: number;
  /** the customer id as it stands in the event; '' where there is none, or one over 256 bytes */
  tenant: string;
  /** days since 1970 */
  day: number;
}

/** More tenants than any archive has in one unit; events beyond go to one group without a name. */
const MAX_TENANTS = 65_000;

export class Groups {
  /** in the order in which their first rows came */
  readonly groups: Group[] = [];
  private readonly index = new Map<number, number>();
  private tenants = new FieldDictionary([''], MAX_TENANTS);

  constructor(private readonly placeholders: Placeholders) {}

  startUnit(): void {
    if (this.tenants.size > 1) this.tenants = new FieldDictionary([''], MAX_TENANTS);
    this.startWindow();
  }

  startWindow(): void {
    this.groups.length = 0;
    this.index.clear();
  }

  /**
   * The group of a row.
   *
   * @param cid the cell that holds the customer id, or -1
   * @param day days since 1970, from 1990 to 2099
   */
  of(cls: number, { bytes, offset, length }: LineCells, cid: number, day: number): number {
    let tenant = 0;
    if (cid >= 0 && !this.placeholders.has(bytes, offset[cid]!, length[cid]!)) {
      const hash = hashBytes(bytes, offset[cid]!, length[cid]!);
      tenant = Math.max(0, this.tenants.idOf(hash, bytes, offset[cid]!, length[cid]!));
    }
    const key = (tenant * 1024 + cls) * 65_536 + day;
    let group = this.index.get(key);
    if (group === undefined) {
      group = this.groups.push({ class: cls, tenant: this.tenants.name(tenant), day }) - 1;
      this.index.set(key, group);
    }
    return group;
  }
}
