/** `falconry explain`: which mapping takes each line of a file, and where each field goes. */
import { once } from 'node:events';
import { basename, dirname, resolve } from 'node:path';
import { classifyKey, secondaryFeed } from '../archive/feed.js';
import { peekFeed } from '../archive/peek.js';
import { loadCompiled } from '../convert/definitions.js';
import { explainFile } from '../convert/explain-file.js';
import { FalconryError } from '../error.js';
import { storeOptionsOf } from '../store/open.js';
import { explanationText } from './explain-text.js';
import { type InputFile, inputFile } from './input-file.js';
import { count, plural } from './numbers.js';
import { fillVersion } from './ocsf-option.js';
import { plainName, plainText } from './plain-text.js';
import { wholeNumber } from './whole-number.js';

export interface ExplainArguments {
  file: string;
  ocsf: string;
  mappings?: string;
  limit?: string;
  type?: string;
  region?: string;
  endpointUrl?: string;
  json?: boolean;
}

/** Some input files are damaged: the rest is told. */
const DAMAGED = 4;

export async function explainCommand(options: ExplainArguments): Promise<void> {
  const { file, ocsf, mappings, type, region, endpointUrl, json } = options;
  const limit = options.limit === undefined ? undefined : fillLimit(options.limit);
  const { mapping } = loadCompiled(fillVersion(ocsf), mappings);
  const input = await inputFile(file, storeOptionsOf({ region, endpointUrl }));
  try {
    const feed = await secondaryFeedOf(file, input);
    const explaining = explainFile(input.open, {
      mapping,
      ...(feed === undefined ? {} : { feed }),
      ...(type === undefined ? {} : { eventType: type }),
      ...(limit === undefined ? {} : { limit }),
    });
    if (json === true)
      await write(`${JSON.stringify({ file, ocsf: mapping.version, mapping: mapping.mappingVersion }).slice(0, -1)},"lines":[`);
    for (let first = true; ; first = false) {
      const next = await explaining.next();
      if (next.done !== true) {
        if (json === true) await write(`${first ? '' : ','}${JSON.stringify(next.value)}`);
        else await write(`${first ? '' : '\n'}${explanationText(next.value, mappings)}`);
        continue;
      }
      const { read, written, quarantined, explained, stopped, damage } = next.value;
      if (json === true) await write(`],${JSON.stringify(next.value).slice(1)}\n`);
      else {
        const of = type === undefined ? '' : `${plural(explained, 'event')} of type ${plainName(type)} among `;
        const more = stopped ? ` The limit is reached: there may be more.` : '';
        await write(
          `${first ? '' : '\n'}${of}${plural(read, 'line')} read = ${count(written)} written + ${count(quarantined)} quarantined.${more}\n`,
        );
        if (damage !== undefined) await write(plainText(`Damaged: ${file}: ${damage.reason}, ${damage.message}`).concat('\n'));
      }
      if (damage !== undefined) process.exitCode = DAMAGED;
      return;
    }
  } finally {
    await input.close();
  }
}

function fillLimit(text: string): number {
  const limit = wholeNumber('--limit', text);
  if (limit > 0) return limit;
  throw new FalconryError('OPTION_INVALID', `--limit: "${text}" is no whole number from 1.`, { exitCode: 2 });
}

/** The secondary feed whose rows the file holds, told as `convert` tells it; undefined for events, and for what comes on stdin. */
async function secondaryFeedOf(file: string, { open }: InputFile): Promise<string | undefined> {
  if (file === '-') return undefined;
  const known = classifyKey(basename(file), dirname(resolve(file)));
  const feed = known.kind === 'data' ? known.feed : 'unknown';
  return secondaryFeed(feed === 'unknown' ? await peekFeed(open) : feed);
}

/** Waits while the reader is behind: a long file does not pile up in memory. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
