/**
 * Text with gaps: `C:\Temp\{x8}.tmp --id={d6}` becomes a function that fills the gaps. The fixed parts are escaped once.
 *
 * Gaps: `{dN}` a number of at most N digits, `{xN}` N hex digits, `{guid}`, `{word}` a common word, `{ip}` an address.
 */
import { jsonText } from './json-text.js';
import type { Random } from './random.js';
import { WORDS } from './vocabulary.js';

export type Filled = (random: Random) => string;

function gap(code: string): Filled {
  const size = Number(code.slice(1));
  if (code[0] === 'd' && size > 0) {
    const limit = 10 ** Math.min(size, 15);
    return (random) => String(Math.floor(random.fraction() * limit));
  }
  if (code[0] === 'x' && size > 0) return (random) => random.hex(size);
  if (code === 'guid') return (random) => random.uuid();
  if (code === 'word') return (random) => random.pick(WORDS);
  if (code === 'ip') return (random) => `10.${random.below(256)}.${random.below(256)}.${random.between(1, 254)}`;
  throw new RangeError(`template gap {${code}} is unknown`);
}

/** `toJsonText` makes JSON text of the fixed parts. */
export function template(pattern: string, toJsonText: (plain: string) => string = jsonText): Filled {
  const pieces = pattern.split(/\{([a-z]+\d*)\}/);
  const texts = pieces.filter((_, i) => i % 2 === 0).map(toJsonText);
  const gaps = pieces.filter((_, i) => i % 2 === 1).map(gap);
  if (gaps.length === 0) return () => texts[0]!;
  return (random) => {
    let text = texts[0]!;
    for (let i = 0; i < gaps.length; i++) text += gaps[i]!(random) + texts[i + 1]!;
    return text;
  };
}
