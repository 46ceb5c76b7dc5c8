/** Which kernels the mapping language knows, what they take and what they give. The kernels themselves are in normalize/. */
import type { KernelCall } from './model.js';
import { quoted, unknown } from './problem.js';

/**
 * What comes out of a kernel: `text` is turned into the attribute's type as a field's own text is; `name` is text that is
 * never a number; `list` is parts of text.
 */
export type KernelResult = 'text' | 'name' | 'list' | 'integer' | 'timestamp';

interface KernelSignature {
  gives: KernelResult;
  /** what its one argument is; absent: it takes none */
  argument?: 'separator' | 'key';
}

const KERNELS: Readonly<Record<string, KernelSignature>> = {
  basename: { gives: 'name' },
  dirname: { gives: 'name' },
  split: { gives: 'list', argument: 'separator' },
  first: { gives: 'text', argument: 'separator' },
  after: { gives: 'text', argument: 'separator' },
  before: { gives: 'text', argument: 'separator' },
  pair: { gives: 'text', argument: 'key' },
  members: { gives: 'text', argument: 'key' },
  epoch_s: { gives: 'timestamp' },
  epoch_ms: { gives: 'timestamp' },
  filetime: { gives: 'timestamp' },
  hex: { gives: 'integer' },
  seconds: { gives: 'integer' },
};

/** Separators that have a name, since they are hard to see. */
const SEPARATORS: Readonly<Record<string, string>> = { space: ' ', comma: ',' };

/** A call as written; `bare` says that the argument stood without quotes. */
export interface WrittenCall {
  name: string;
  argument?: string;
  bare?: boolean;
}

/** The call with its separator spelt out, or what is wrong with it. */
export function kernelCall({ name, argument, bare }: WrittenCall): KernelCall | string {
  const signature = Object.hasOwn(KERNELS, name) ? KERNELS[name]! : undefined;
  if (!signature) return unknown('kernel', name, Object.keys(KERNELS));
  if (signature.argument === undefined) {
    return argument === undefined ? { name, args: [] } : `kernel ${name} takes no argument, not ${quoted(argument)}`;
  }
  if (argument === undefined || argument === '') return `kernel ${name} needs its ${signature.argument}: ${name}(x)`;
  const named = bare && signature.argument === 'separator' && Object.hasOwn(SEPARATORS, argument);
  return { name, args: [named ? SEPARATORS[argument]! : argument] };
}

/** What a chain gives, `text` for none, or which kernel cannot take what comes before it. */
export function chainResult(kernels: readonly KernelCall[]): { gives: KernelResult } | { problem: string } {
  let gives: KernelResult = 'text';
  let last = '';
  for (const { name } of kernels) {
    if (gives !== 'text' && gives !== 'name')
      return { problem: `kernel ${name} takes text, but ${last} gives ${RESULT_WORDS[gives]}` };
    gives = KERNELS[name]!.gives;
    last = name;
  }
  return { gives };
}

export const RESULT_WORDS: Readonly<Record<KernelResult, string>> = {
  text: 'text',
  name: 'text',
  list: 'a list',
  integer: 'an integer',
  timestamp: 'a timestamp',
};
