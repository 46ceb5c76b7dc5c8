/** A script of `jobs/`: one URI, options with values, an exit code. */
import { parseArgs } from 'node:util';
import { keepFreedMemory } from '../lake/duckdb-memory.js';
import { type StoreOptions, storeOptionsOf } from '../store/open.js';
import { EXIT } from './exit.js';

export interface JobScript {
  name: string;
  /** what the URI names: `plan` */
  argument: string;
  /** options beside `--region` and `--endpoint-url` */
  options?: readonly string[];
  /**
   * Imports what it needs: DuckDB must not be loaded before {@link runScript} has set its memory.
   *
   * @returns the exit code
   */
  run(uri: string, s3: StoreOptions, options: Partial<Record<string, string>>): Promise<number>;
}

/** Sets the exit code of this process, 65 where the arguments are wrong: a job with these arguments can never work. */
export async function runScript({ name, argument, options = [], run }: JobScript): Promise<void> {
  keepFreedMemory();
  // the AWS SDK tells every thread's user which Node it will need some day
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const names = [...options, 'region', 'endpoint-url'];
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: Object.fromEntries(names.map((each) => [each, { type: 'string' as const }])),
    });
    const [uri] = positionals;
    if (uri === undefined || positionals.length > 1) throw new Error(`one ${argument} is needed`);
    const { region, 'endpoint-url': endpointUrl, ...rest } = values as Partial<Record<string, string>>;
    process.exitCode = await run(uri, storeOptionsOf({ region, endpointUrl }), rest);
  } catch (error) {
    const usage = names.map((each) => `[--${each} <${each.split('-').at(-1)}>]`).join(' ');
    process.stderr.write(`${name}: ${(error as Error).message}; usage: ${name} <${argument}> ${usage}\n`);
    process.exitCode = EXIT.badPlan;
  }
}
