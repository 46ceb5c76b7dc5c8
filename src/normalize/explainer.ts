/**
 * Tells of single lines which rule takes them and where their fields go. Each line is a window of its own in the same
 * {@link Normalizer} that `convert` runs: what is told is what it writes. Slow beside it, some hundred lines a second.
 */
import { type CompiledMapping, SLOT } from '../mapping/plan.js';
import { LineCells } from '../scan/cells.js';
import { hashBytes } from '../scan/dictionary.js';
import { ExactParser } from '../scan/exact.js';
import { TextBuffer } from '../scan/exact-text.js';
import type { Column } from './column.js';
import type { AbsentReason, ExplainedField, Explanation, UnmappedReason } from './explanation.js';
import { type FieldText, FieldUse, type Said } from './field-use.js';
import { ensureUid } from './line-uid.js';
import { Normalizer, type QuarantinedLine } from './normalizer.js';
import { columnsByNode, type PlainRow, rowValues } from './row-values.js';
import { readTime } from './time.js';
import { ABSENT, REJECT } from './verdict.js';

/** What is shown of a line that cannot be converted. */
const SHOWN_BYTES = 200;
const ROW = 0;

interface Field {
  name: string;
  /** undefined for a JSON null */
  text: FieldText | undefined;
  isPlaceholder: boolean;
  /** the engine made it: the hash that takes the place of a missing `id` */
  made: boolean;
}

export class Explainer {
  private readonly normalizer: Normalizer;
  private readonly parser: ExactParser;
  private readonly idField: number;
  private readonly cells = new LineCells();
  private readonly text = new TextBuffer();
  private readonly nodes = new Map<readonly Column[], Column[]>();

  constructor(mapping: CompiledMapping) {
    this.normalizer = new Normalizer(mapping, { dedupe: false });
    this.parser = new ExactParser(this.normalizer.router.fields);
    const id = Buffer.from('id');
    this.idField = this.normalizer.router.fields.idOf(hashBytes(id, 0, id.length), id, 0, id.length);
  }

  /**
   * @param bytes a line without its newline; it stays as it is
   * @param line its number, from 1
   * @param offset in the inflated file
   * @param feed the secondary feed that the line is a row of
   * @returns undefined for a blank line, which is no event
   */
  explain(bytes: Uint8Array, line: number, offset: number, feed?: string): Explanation | undefined {
    const { normalizer } = this;
    const block = new Uint8Array(bytes.length + 1);
    block.set(bytes);
    block[bytes.length] = 10;
    const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
    let reason: QuarantinedLine['reason'] | undefined;
    // not a new unit: that costs more than the line
    normalizer.reset();
    normalizer.invalid.clear();
    normalizer.unknown.clear();
    const onQuarantine = (found: QuarantinedLine) => {
      reason = found.reason;
    };
    normalizer.add({ bytes: block, length: block.length, offset, firstLine: line }, outcomes, onQuarantine, feed);
    if (outcomes.read === 0) return undefined;
    if (reason !== undefined) return { outcome: 'quarantined', line, offset, reason, text: beginning(bytes) };
    return { outcome: 'written', line, offset, ...this.written(this.fieldsOf(bytes)) };
  }

  /** The line's fields as the exact parser has them: the flat scanner's are the same, but for nulls it tells nothing of. */
  private fieldsOf(bytes: Uint8Array): Field[] {
    const { cells, text, normalizer } = this;
    const { fields, placeholders } = normalizer.router;
    const fault = this.parser.parse(bytes, 0, bytes.length, text, cells);
    if (fault !== undefined) throw new Error(`a line that was written is ${fault}`);
    const before = text.length;
    ensureUid(cells, text, this.idField, placeholders, bytes);
    return Array.from({ length: cells.count }, (_, i) => {
      const [offset, length, field] = [cells.offset[i]!, cells.length[i]!, cells.field[i]!];
      const name = field >= 0 ? fields.name(field) : decode(text.bytes, cells.keyOffset[i]!, cells.keyLength[i]!);
      return {
        name,
        text: length < 0 ? undefined : { bytes: text.bytes, offset, length },
        isPlaceholder: length >= 0 && placeholders.has(text.bytes, offset, length),
        made: field === this.idField && offset >= before,
      };
    });
  }

  private written(fields: readonly Field[]) {
    const { normalizer } = this;
    const { rows, router, mapping } = normalizer;
    const { group, order } = normalizer.sortedGroups()[0]!;
    const batch = normalizer.batch(group, order, 0);
    const row = rowValues(batch, ROW);
    const { route } = router.routes[rows.route[ROW]!]!;
    const alternative = route.alternatives[rows.alternative[ROW]!]!;
    const plan = mapping.classes[alternative.class]!;
    const nodes = this.nodes.get(batch.columns) ?? columnsByNode(batch.columns);
    this.nodes.set(batch.columns, nodes);

    const byName = new Map(fields.map((field) => [field.name, field]));
    const bySlot = route.slots.map((name) => byName.get(name));
    const textOf = (slot: number) => (bySlot[slot]?.isPlaceholder === false ? bySlot[slot].text : undefined);
    const use = new FieldUse(alternative, plan.nodes, nodes, batch.buffers, textOf);
    const eventType = router.typeName(rows.eventType[ROW]!);
    const explained = fields.flatMap((field): ExplainedField[] => {
      const slot = route.slots.indexOf(field.name);
      const attributes = use.filled.get(slot) ?? [];
      if (field.made) {
        use.constants.push(...attributes);
        return [];
      }
      const text = field.text === undefined ? null : decode(field.text.bytes, field.text.offset, field.text.length);
      const inUnmapped = Object.hasOwn((row.unmapped ?? {}) as PlainRow, field.name);
      const isInvalid = normalizer.invalid.has(`${eventType}.${field.name}`);
      const told: ExplainedField = { field: field.name, text, attributes };
      if (inUnmapped) told.unmapped = unmappedReason(field, use.said.get(slot) ?? [], attributes.length > 0, isInvalid);
      else if (attributes.length === 0) told.absent = absentReason(field);
      return [told];
    });
    const ms = row.time as number;
    const timeFrom = this.timeFrom(ms, route.timeSlot < 0 ? undefined : route.slots[route.timeSlot], byName);
    const told = explained.find(({ field }) => field === timeFrom);
    told?.attributes.push({ path: 'time', value: ms });
    if (told?.absent !== undefined) delete told.absent;
    return {
      eventType,
      class: plan.name,
      activity: {
        id: row.activity_id as number,
        ...(row.activity_name !== undefined && { name: row.activity_name as string }),
      },
      mapping: alternative.source,
      time: new Date(ms).toISOString(),
      timeFrom,
      fields: explained,
      constants: use.constants,
      row,
    };
  }

  /** The field that told the event's time: of those that may, the first that says just this. */
  private timeFrom(ms: number, ownField: string | undefined, byName: ReadonlyMap<string, Field>): string {
    const { slots } = this.normalizer.mapping.unknown;
    const candidates = [slots[SLOT.utcTime]!, slots[SLOT.contextTime]!, ownField, slots[SLOT.timestamp]!];
    for (const name of candidates) {
      const text = name === undefined ? undefined : byName.get(name)?.text;
      if (name !== undefined && text !== undefined && readTime(text.bytes, text.offset, text.length, 'auto') === ms) return name;
    }
    throw new Error(`no field tells the time ${ms}`);
  }
}

function unmappedReason(field: Field, said: readonly Said[], written: boolean, isInvalid: boolean): UnmappedReason {
  if (field.isPlaceholder) return 'placeholder';
  if (isInvalid) return 'impossible';
  if (written) return 'in-part';
  if (said.includes('incomplete-object')) return 'incomplete-object';
  if (said.includes('filled-by-another')) return 'filled-by-another';
  const verdicts = said.flatMap((one) => (typeof one === 'string' ? [] : [one.verdict]));
  if (verdicts.includes(REJECT)) return 'not-listed';
  return verdicts.includes(ABSENT) ? 'nothing-taken' : 'no-home';
}

function absentReason(field: Field): AbsentReason {
  if (field.text === undefined) return 'null';
  return field.isPlaceholder ? 'placeholder' : 'no-value';
}

function beginning(bytes: Uint8Array): string {
  const text = decode(bytes, 0, Math.min(bytes.length, SHOWN_BYTES));
  return bytes.length > SHOWN_BYTES ? `${text}…` : text;
}

function decode(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
}
