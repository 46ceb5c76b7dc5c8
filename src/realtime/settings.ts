/** What the function is told: its environment, as options of a conversion. */
import { type FilledOptions, fillOptions } from '../convert/options.js';
import { lakeAccessOf } from '../lake/lake-access.js';
import { isS3Uri } from '../store/open.js';
import { archiveNotS3, settingMissing } from './errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const NEEDED = ['FALCONRY_ARCHIVE', 'FALCONRY_LAKE', 'FALCONRY_WORK'] as const;

/**
 * `FALCONRY_ARCHIVE`, `FALCONRY_LAKE` and `FALCONRY_WORK` name the places; `FALCONRY_REGION` (else Lambda's own `AWS_REGION`),
 * `FALCONRY_ACCOUNT_ID`, `FALCONRY_OCSF`, `FALCONRY_ENRICH` (the id of a snapshot, or `latest`: the one there is when the function
 * starts), `FALCONRY_DEDUPE` (`true`), `FALCONRY_MAPPINGS`, `FALCONRY_ROW_GROUP_ROWS`, `FALCONRY_MAX_LINE`, `FALCONRY_MAX_RATIO` and
 * `FALCONRY_ENDPOINT_URL` are convert's options, as are `FALCONRY_PROVIDER_ROLE` and the others of {@link lakeAccessOf}.
 *
 * @throws OPTION_INVALID
 */
export function settingsOf(env: Environment): FilledOptions {
  const missing = NEEDED.filter((name) => !env[name]);
  if (missing.length > 0) throw settingMissing(missing);
  const enrich = env.FALCONRY_ENRICH;
  const options = fillOptions({
    archive: env.FALCONRY_ARCHIVE!,
    lake: env.FALCONRY_LAKE!,
    work: env.FALCONRY_WORK!,
    region: env.FALCONRY_REGION || env.AWS_REGION || '',
    workers: 1,
    dedupe: env.FALCONRY_DEDUPE === 'true',
    enrich: enrich === 'latest' ? true : enrich || false,
    ...given('accountId', env.FALCONRY_ACCOUNT_ID),
    ...given('ocsf', env.FALCONRY_OCSF as '1.2.0'),
    ...given('mappings', env.FALCONRY_MAPPINGS),
    ...given('rowGroupRows', env.FALCONRY_ROW_GROUP_ROWS),
    ...given('maxLine', env.FALCONRY_MAX_LINE),
    ...given('maxRatio', env.FALCONRY_MAX_RATIO),
    ...given('endpointUrl', env.FALCONRY_ENDPOINT_URL),
    ...lakeAccessOf(env),
  });
  if (!isS3Uri(options.archive)) throw archiveNotS3(options.archive);
  return options;
}

/** An empty setting counts as absent. */
function given<Name extends string, Value>(name: Name, value: Value): Partial<Record<Name, Value & {}>> {
  return value ? ({ [name]: value } as Record<Name, Value & {}>) : {};
}
