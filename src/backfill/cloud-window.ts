/** Which files can hold events of a range: by cloud time, read from folder names or from the files themselves. Pure. */
import type { TimeRange } from '../convert/time-range.js';
import { badTemplate } from './errors.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Events of `range` were received by the cloud within this one: an endpoint's clock is trusted from 7 days before to 1 hour after it. */
export function cloudWindow({ from, to }: TimeRange): TimeRange {
  return { from: from - HOUR, to: to + 7 * DAY };
}

/**
 * The folders that a key template such as `fdr/{yyyy}/{MM}/{dd}/` names within a window of cloud time, each once, in byte order.
 *
 * @param template relative to the archive; `{yyyy}`, `{MM}`, `{dd}` and, if wished, `{HH}`
 * @throws BACKFILL_BAD_TEMPLATE
 */
export function templateFolders(template: string, window: TimeRange): string[] {
  const names = [...template.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]!);
  const unknown = names.find((name) => !['yyyy', 'MM', 'dd', 'HH'].includes(name));
  if (unknown !== undefined) throw badTemplate(template, `{${unknown}} is none of {yyyy}, {MM}, {dd} and {HH}`);
  for (const name of ['yyyy', 'MM', 'dd']) if (!names.includes(name)) throw badTemplate(template, `it lacks {${name}}`);
  if (!template.endsWith('/') || template.startsWith('/'))
    throw badTemplate(template, 'it must end with "/" and not begin with it');
  if (!Number.isFinite(window.from) || !Number.isFinite(window.to)) throw badTemplate(template, 'give --from and --to with it');
  const step = names.includes('HH') ? HOUR : DAY;
  const folders = new Set<string>();
  for (let time = Math.floor(window.from / step) * step; time < window.to; time += step) {
    const [yyyy, MM, dd, HH] = new Date(time).toISOString().split(/[-T:]/);
    const parts: Record<string, string> = { yyyy: yyyy!, MM: MM!, dd: dd!, HH: HH! };
    folders.add(template.replace(/\{(\w+)\}/g, (_, name: string) => parts[name]!));
  }
  return [...folders].sort();
}
