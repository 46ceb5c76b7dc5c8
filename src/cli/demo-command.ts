/** `falconry demo`: the way of an archive from end to end, on made-up data, with nothing to configure. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodeOf } from '../convert/report.js';
import { FalconryError } from '../error.js';
import { openLake } from '../lake/query.js';
import { writeSample } from '../sample/sample.js';
import { openStore } from '../store/open.js';
import { convertOnTerminal } from './convert-command.js';
import { convertSummary } from './convert-summary.js';
import { bytes, count, plural } from './numbers.js';
import { tableText } from './query-command.js';
import { verify, verifyText } from './verify-command.js';

const QUESTION = `select process.name, process.parent_process.name as parent, count(*) as launches, count(distinct device.uid) as devices
from process_activity where activity_name = 'Launch' group by all order by launches desc, process.name limit 5`;

export async function demoCommand({ directory, events }: { directory: string; events: string }): Promise<void> {
  const number = Number(events);
  if (!Number.isInteger(number) || number < 1) {
    throw new FalconryError('OPTION_INVALID', `--events: "${events}" is no whole number from 1.`, { exitCode: 2 });
  }
  const archive = join(directory, 'archive');
  const lake = join(directory, 'lake');
  const say = (text: string) => process.stdout.write(text);

  if ((await entries(archive)) > 0) say(`1. The sample archive lies in ${archive} already.\n\n`);
  else {
    const sample = await writeSample({ directory: archive, events: number });
    say(
      `1. A sample archive: ${count(sample.events)} events of ${plural(Object.keys(sample.types).length, 'type')} in ${plural(sample.files.events, 'file')} (${bytes(sample.bytes.compressed)}) under ${archive}\n\n`,
    );
  }
  say(`2. falconry convert ${archive} --lake ${lake} --region eu-central-1\n\n`);
  const { result: report } = await convertOnTerminal({ archive, lake, region: 'eu-central-1' }, true);
  say(convertSummary(report));
  process.exitCode = report.stopped ? 130 : exitCodeOf(report, false);
  if (report.stopped) return;

  say(`\n3. falconry verify ${lake}\n\n`);
  const verified = await verify({ lake }, true);
  const text = verifyText({ ...verified, findings: verified.findings.filter((finding) => finding.level === 'offence') });
  say(text.slice(text.lastIndexOf('\n', text.length - 2) + 1));
  if (verified.offences > 0) process.exitCode = 1;

  say(`\n4. falconry query "${QUESTION}" --lake ${lake}\n\n`);
  const store = await openStore(lake);
  const opened = await openLake(store);
  try {
    say(tableText(await opened.run(QUESTION)));
  } finally {
    await opened.close();
    await store.close();
  }
  say(`\nYour own archive: falconry convert <folder or s3://bucket/prefix> --lake ./lake --region <region>\n`);
}

async function entries(folder: string): Promise<number> {
  return (await readdir(folder).catch(() => [])).length;
}
