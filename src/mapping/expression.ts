/**
 * The expression grammar of mapping values:
 *
 *   expression = head { "|" name [ "(" argument ")" ] }
 *   head       = field | "item" | "$" parameter
 *   argument   = quoted | any text without ")"
 *
 * A field with other characters than letters, digits, `_`, `.`, `-`, `#`, `@` and `:` stands in quotes, as does an argument
 * with a `)` or spaces at its ends.
 */
import { kernelCall } from './kernel-signature.js';
import type { FieldValue, ItemValue, KernelCall } from './model.js';
import { quoted } from './problem.js';

/** A field's name that begins with `$` stands for a parameter of a shared object until it is bound. */
export const PARAMETER = '$';

export type Expression = FieldValue | ItemValue;

const FIELD = /[A-Za-z_#@][\w.\-#@:]*/y;
const KERNEL = /[A-Za-z_]\w*/y;
const SPACES = /[ \t]*/y;

/** The expression, or what is wrong with it and where. */
export function parseExpression(text: string): Expression | string {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined) at += match.length;
    return match;
  };
  const wrong = (message: string, position = at): string => `${message}, at character ${position + 1} of ${quoted(text)}`;
  const takeQuoted = (): string | undefined => {
    const quote = text[at];
    if (quote !== '"' && quote !== "'") return undefined;
    const end = text.indexOf(quote, at + 1);
    if (end < 0) return undefined;
    const inside = text.slice(at + 1, end);
    at = end + 1;
    return inside;
  };
  const opensQuote = (): boolean => text[at] === '"' || text[at] === "'";

  take(SPACES);
  const start = at;
  const isParameter = text[at] === PARAMETER;
  if (isParameter) at++;
  const wasQuoted = !isParameter && opensQuote();
  if (wasQuoted && text.indexOf(text[at]!, at + 1) < 0) return wrong('a quote that is not closed');
  const head = wasQuoted ? takeQuoted() : take(FIELD);
  if (!head) return wrong(isParameter ? 'expected the name of a parameter' : 'expected a field name');

  const kernels: KernelCall[] = [];
  for (take(SPACES); at < text.length; take(SPACES)) {
    if (text[at] !== '|') return wrong(`expected "|" and a kernel, or the end, but found ${quoted(text[at]!)}`);
    at++;
    take(SPACES);
    const from = at;
    const name = take(KERNEL);
    if (!name) return wrong('expected a kernel after "|"');
    let argument: string | undefined;
    let bare = false;
    if (text[at] === '(') {
      at++;
      take(SPACES);
      if (opensQuote() && text.indexOf(text[at]!, at + 1) >= 0) {
        argument = takeQuoted()!;
        take(SPACES);
      } else {
        const close = text.indexOf(')', at);
        argument = text.slice(at, close < 0 ? text.length : close).trim();
        bare = true;
        at = close < 0 ? text.length : close;
      }
      if (text[at] !== ')') return wrong('expected ")"');
      at++;
    }
    const call = kernelCall({ name, bare, ...(argument !== undefined && { argument }) });
    if (typeof call === 'string') return wrong(call, from);
    kernels.push(call);
  }
  if (head === 'item' && !wasQuoted && !isParameter) return { kind: 'item', kernels };
  if (wasQuoted && head.startsWith(PARAMETER)) return wrong('a field name does not begin with "$"', start);
  return { kind: 'field', field: isParameter ? PARAMETER + head : head, kernels };
}
