/** Registers the custom sources with Security Lake: those that it lacks, one after the other. Can be repeated. */
import { FalconryError } from '../error.js';
import type { CustomSource, SecurityLake, SourceSettings } from '../store/security-lake.js';
import { eventClassOf } from './event-class.js';

export interface SourceToRegister {
  source: string;
  /** OCSF */
  class: string;
}

export interface RegisteredSource extends SourceToRegister {
  /** as Security Lake was told */
  eventClass: string | undefined;
  /** `registered`: it was there already */
  state: 'created' | 'registered' | 'would-create';
  /** as Security Lake says; unknown before it is created */
  location: string | undefined;
  providerRole: string | undefined;
}

export interface RegisterReport {
  region: string;
  dryRun: boolean;
  /** sources = created + registered, in a dry run wouldCreate + registered */
  created: number;
  registered: number;
  wouldCreate: number;
  sources: RegisteredSource[];
  /** what conversions are to be told, once there is a source: the place above `ext/`, and a role for each source */
  lake: string | undefined;
  providerRole: string | undefined;
}

export interface RegisterOptions {
  region: string;
  settings: SourceSettings;
  dryRun: boolean;
  onProgress?: (done: number, total: number) => void;
}

/**
 * @throws SOURCES_ELSEWHERE where a source has a place that no conversion writes to; SECURITY_LAKE_…: what was registered before stays, and
 * the next run goes on from there
 */
export async function registerSources(
  api: Pick<SecurityLake, 'list' | 'create'>,
  wanted: readonly SourceToRegister[],
  { region, settings, dryRun, onProgress }: RegisterOptions,
): Promise<RegisterReport> {
  const there = await api.list();
  const sources: RegisteredSource[] = [];
  for (const source of wanted) {
    onProgress?.(sources.length, wanted.length);
    sources.push(await register(source));
  }
  const count = (state: RegisteredSource['state']) => sources.filter((source) => source.state === state).length;
  return {
    region,
    dryRun,
    created: count('created'),
    registered: count('registered'),
    wouldCreate: count('would-create'),
    sources,
    lake: oneOf(sources.map(lakeOf)),
    providerRole: oneOf(sources.map((source) => roleTemplate(source, region))),
  };

  async function register(wish: SourceToRegister): Promise<RegisteredSource> {
    const eventClass = eventClassOf(wish.class);
    const known = there.get(wish.source);
    if (known !== undefined) return { ...wish, eventClass, state: 'registered', ...placeOf(known) };
    if (dryRun) return { ...wish, eventClass, state: 'would-create', location: undefined, providerRole: undefined };
    const made = await api.create({ name: wish.source, eventClass }, settings);
    return { ...wish, eventClass, state: made.created ? 'created' : 'registered', ...placeOf(made) };
  }
}

const placeOf = ({ location, providerRole }: CustomSource) => ({ location, providerRole });

/** The place above `ext/<source>/`. */
function lakeOf({ source, location }: RegisteredSource): string | undefined {
  if (location === undefined) return undefined;
  const end = `/ext/${source}`;
  const place = location.replace(/\/+$/, '').replace(/^s3[an]:/, 's3:');
  if (!place.endsWith(end)) throw elsewhere(source, location, `…${end}/`);
  return place.slice(0, -end.length);
}

/** The role with `{source}` and `{region}` in place of this source's. */
function roleTemplate({ source, providerRole }: RegisteredSource, region: string): string | undefined {
  return providerRole?.replace(new RegExp(`-${source}-${region}$`), '-{source}-{region}');
}

/** What all that is known agrees in. */
function oneOf(values: readonly (string | undefined)[]): string | undefined {
  const known = new Set(values.filter((value) => value !== undefined));
  if (known.size > 1) throw elsewhere('one of the sources', [...known][1]!, [...known][0]!);
  return [...known][0];
}

const elsewhere = (source: string, found: string, expected: string) =>
  new FalconryError(
    'SOURCES_ELSEWHERE',
    `Security Lake has ${source} at ${found}, and a conversion writes to ${expected}; remove the source from Security Lake, its crawler too, and register it again.`,
  );
