/** `npm run bench:scaling`: docs/scaling.md's tables, with figures of one's own. */
import { parseArgs } from 'node:util';
import { FIGURES } from './figures.js';
import type { Figures } from './model.js';
import { scalingTables } from './tables.js';

const numbers = { ...FIGURES, ...FIGURES.rates } as unknown as Record<string, number>;
const names = Object.keys(numbers).filter((name) => typeof numbers[name] === 'number');
const option = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const { values } = parseArgs({
  options: Object.fromEntries([
    ['help', { type: 'boolean' as const }],
    ...names.map((name) => [option(name), { type: 'string' as const }]),
  ]),
}) as { values: Record<string, string | boolean | undefined> };
if (values.help) {
  process.stdout.write(
    `npm run bench:scaling -- [options]\n\n${names.map((name) => `  --${option(name)} ${numbers[name]}`).join('\n')}\n`,
  );
} else {
  for (const name of names) {
    const given = values[option(name)];
    if (given === undefined) continue;
    const value = Number(given);
    if (!(value >= 0 && Number.isFinite(value))) throw new Error(`--${option(name)} ${given}: a number is wanted`);
    numbers[name] = value;
  }
  const rates = Object.fromEntries(Object.keys(FIGURES.rates).map((name) => [name, numbers[name]]));
  process.stdout.write(scalingTables({ ...(numbers as unknown as Figures), rates: rates as unknown as Figures['rates'] }));
}
