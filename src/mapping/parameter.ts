/** Puts what a rule gives for the parameters of a shared object in their places. */
import { PARAMETER } from './expression.js';
import type { FieldValue, FirstValue } from './model.js';
import { isAlternative, notAnAlternative, type Written, type WrittenEntry, type WrittenItem } from './written.js';

export type Arguments = ReadonlyMap<string, Written>;

/** Says what is wrong with the argument that is being bound. */
export type Complain = (message: string) => void;

/** The value with its parameters bound; undefined where it needs one that is not given. */
export function bind(value: Written, args: Arguments, complain: Complain): Written | undefined {
  switch (value.kind) {
    case 'field':
      return bindField(value, args, complain);
    case 'enum':
    case 'table':
    case 'ranges': {
      const field = bindPlainField(value.field, args, complain);
      return field === undefined ? undefined : { ...value, field };
    }
    case 'list': {
      const field = bindPlainField(value.field, args, complain);
      return field === undefined ? undefined : { ...value, field };
    }
    case 'hashes': {
      const of = value.of.flatMap(({ algorithm, field }) => {
        const bound = bindPlainField(field, args, complain);
        return bound === undefined ? [] : [{ algorithm, field: bound }];
      });
      return of.length === 0 ? undefined : { kind: 'hashes', of };
    }
    case 'first':
      return bindFirst(value, args, complain);
    case 'use': {
      const params = new Map<string, Written>();
      for (const [name, part] of value.params) {
        const bound = bind(part, args, complain);
        if (bound) params.set(name, bound);
      }
      return params.size === 0 && value.params.size > 0 ? undefined : { ...value, params };
    }
    case 'written-items': {
      const of = value.of.flatMap((item) => bindItem(item, args, complain) ?? []);
      return of.length === 0 ? undefined : { kind: 'written-items', of };
    }
    case 'constant':
    case 'item':
      return value;
  }
}

/** {@link bind} for a map; entries that need a parameter that is not given fall away. */
export function bindMap(map: readonly WrittenEntry[], args: Arguments, complain: Complain): WrittenEntry[] {
  return map.flatMap((entry) => {
    const value = bind(entry.value, args, complain);
    return value ? [{ ...entry, value }] : [];
  });
}

function bindItem(item: WrittenItem, args: Arguments, complain: Complain): WrittenItem | undefined {
  const map = bindMap(item.map, args, complain);
  if (map.length === 0) return undefined;
  if (!item.each) return { map };
  const each = bindField({ kind: 'field', ...item.each }, args, complain);
  if (!each) return undefined;
  if (each.kind !== 'field') {
    complain(`parameter ${item.each.field} is cut by split here, so it must be one field`);
    return undefined;
  }
  return { each: { field: each.field, kernels: each.kernels }, map };
}

function bindField(value: FieldValue, args: Arguments, complain: Complain): Written | undefined {
  if (!value.field.startsWith(PARAMETER)) return value;
  const given = args.get(value.field.slice(PARAMETER.length));
  return given && throughKernels(given, value, complain);
}

/** What was given, through the kernels that stand behind the parameter. */
function throughKernels(given: Written, { field, kernels }: FieldValue, complain: Complain): Written | undefined {
  if (kernels.length === 0) return given;
  if (given.kind === 'field' || given.kind === 'item') return { ...given, kernels: [...given.kernels, ...kernels] };
  if (given.kind === 'first') {
    const of = given.of.map((part) => throughKernels(part, { kind: 'field', field, kernels }, complain));
    return of.every((part) => part !== undefined) ? { kind: 'first', of: of as FirstValue['of'] } : undefined;
  }
  complain(
    `parameter ${field} goes through ${kernels.map((kernel) => kernel.name).join(' and ')}, so it must be a field or a list of fields`,
  );
  return undefined;
}

function bindPlainField(field: string, args: Arguments, complain: Complain): string | undefined {
  if (!field.startsWith(PARAMETER)) return field;
  const given = args.get(field.slice(PARAMETER.length));
  if (!given) return undefined;
  if (given.kind === 'field' && given.kernels.length === 0) return given.field;
  complain(`parameter ${field} must be a field alone, without kernels`);
  return undefined;
}

function bindFirst(value: FirstValue, args: Arguments, complain: Complain): Written | undefined {
  const of: FirstValue['of'] = [];
  for (const part of value.of) {
    const bound = bind(part, args, complain);
    if (bound === undefined) continue;
    if (bound.kind === 'first') of.push(...bound.of);
    else if (isAlternative(bound)) of.push(bound);
    else if (value.of.length === 1) return bound;
    else complain(notAnAlternative(bound));
  }
  return of.length > 1 ? { kind: 'first', of } : of[0];
}
