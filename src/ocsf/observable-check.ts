/** An event's observables: each must name an attribute of the class, repeat its value and carry the type the schema gives it. */
import { type AttributePath, resolvePath, valuesAt } from './attribute-path.js';
import { type FindingList, shown } from './findings.js';
import { isInteger } from './scalar-check.js';
import type { EventClass, OcsfSchema } from './schema.js';

type Item = Readonly<Record<string, unknown>>;

/** Names of observables are few in practice; this bounds what hostile input can make us keep. */
const KEPT_PATHS = 4096;

export class ObservableCheck {
  private readonly paths = new Map<string, AttributePath | undefined>();

  constructor(
    private readonly schema: OcsfSchema,
    private readonly eventClass: EventClass,
  ) {}

  /** Checks `event.observables`, whose shape is checked elsewhere; `declared` are the profiles of the event. */
  check(event: Item, declared: ReadonlySet<string>, findings: FindingList): void {
    const observables = event.observables;
    if (!Array.isArray(observables)) return;
    findings.enter('observables');
    for (const [position, observable] of observables.entries()) {
      if (typeof observable !== 'object' || observable === null) continue;
      findings.enter(position);
      this.checkOne(observable, event, declared, findings);
      findings.leave();
    }
    findings.leave();
  }

  private checkOne(observable: Item, event: Item, declared: ReadonlySet<string>, findings: FindingList): void {
    const { name, value, type_id: type } = observable;
    if (typeof name !== 'string') return;
    const path = this.path(name);
    if (!path?.profiles.every((profile) => declared.has(profile))) {
      findings.add(
        'observable_unresolved',
        `${shown(name)} is no attribute of ${this.eventClass.name} under the declared profiles`,
        'name',
      );
      return;
    }
    const values = valuesAt(event, path.steps);
    if (values.length === 0) {
      findings.add('observable_absent', `the event has no ${name}`, 'name');
    } else if (path.attribute.type === 'object_t') {
      if (value !== null && value !== undefined) findings.add('observable_value_of_object', `${name} is an object`, 'value');
    } else if (typeof value === 'string' && !values.some((candidate) => asText(candidate) === value)) {
      findings.add('observable_value_mismatch', `${shown(value)}, but ${name} is ${shown(values[0])}`, 'value');
    }
    if (!isInteger(type) || Number(type) === 0 || Number(type) === 99) return;
    if (path.observableTypes.length === 0) {
      findings.add('observable_undefined', `type ${type}, but OCSF makes ${name} no observable`, 'type_id');
    } else if (!path.observableTypes.includes(Number(type))) {
      findings.add('observable_type_mismatch', `${type}, but ${name} is ${path.observableTypes.join(' or ')}`, 'type_id');
    }
  }

  private path(name: string): AttributePath | undefined {
    if (!this.paths.has(name)) {
      if (this.paths.size >= KEPT_PATHS) this.paths.clear();
      const resolved = resolvePath(this.schema, this.eventClass, name);
      this.paths.set(name, 'message' in resolved ? undefined : resolved);
    }
    return this.paths.get(name);
  }
}

/** A value as an observable, whose value is always text, writes it. */
function asText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
