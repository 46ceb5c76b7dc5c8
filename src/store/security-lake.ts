/** Security Lake's custom sources. The only way here is by a dynamic import, which loads the SDK when sources are registered. */
import { CreateCustomLogSourceCommand, ListLogSourcesCommand, SecurityLakeClient } from '@aws-sdk/client-securitylake';
import { waitToRetry } from './s3-retry.js';
import { securityLakeError, stillConflicts } from './security-lake-errors.js';

/** What Security Lake says of a custom source. */
export interface CustomSource {
  name: string;
  /** where its objects go: s3://bucket/ext/<name>/ */
  location: string | undefined;
  /** who writes them */
  providerRole: string | undefined;
}

export interface NewSource {
  name: string;
  /** as Security Lake names OCSF's classes; it knows no name for base_event */
  eventClass: string | undefined;
}

/** The same for all sources. */
export interface SourceSettings {
  crawlerRole: string;
  /** the account that may take on the provider role, and what it has to show */
  principal: string;
  externalId: string;
}

/** Security Lake says "conflict" while an earlier change of its own is under way, and asks to try again. */
const CONFLICTS = { maxAttempts: 6, baseDelay: 1000 };
const ATTEMPTS = 8;

export class SecurityLake {
  readonly #client: SecurityLakeClient;

  /** @param conflictDelay upper bound of the wait after the first conflict, milliseconds, doubling from there */
  constructor(
    private readonly region: string,
    private readonly conflictDelay = CONFLICTS.baseDelay,
  ) {
    this.#client = new SecurityLakeClient({ region, maxAttempts: ATTEMPTS });
  }

  /** The custom sources of the region, by name. */
  async list(): Promise<Map<string, CustomSource>> {
    const found = new Map<string, CustomSource>();
    let nextToken: string | undefined;
    do {
      const command = new ListLogSourcesCommand({ regions: [this.region], ...(nextToken && { nextToken }) });
      const page = await this.#try('list the sources', () => this.#client.send(command));
      for (const { sources = [] } of page.sources ?? []) {
        for (const { customLogSource } of sources) {
          const name = customLogSource?.sourceName;
          if (name === undefined) continue;
          const { location, roleArn } = customLogSource?.provider ?? {};
          found.set(name, { name, location, providerRole: roleArn });
        }
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  /**
   * Registers a source: its place, its provider role, its table and its crawler.
   *
   * @returns `created: false` where it was there already
   * @throws SECURITY_LAKE_…
   */
  async create({ name, eventClass }: NewSource, settings: SourceSettings): Promise<CustomSource & { created: boolean }> {
    const { crawlerRole, principal, externalId } = settings;
    const command = new CreateCustomLogSourceCommand({
      sourceName: name,
      ...(eventClass === undefined ? {} : { eventClasses: [eventClass] }),
      configuration: { crawlerConfiguration: { roleArn: crawlerRole }, providerIdentity: { principal, externalId } },
    });
    for (let attempt = 1; ; attempt++) {
      try {
        const { source } = await this.#client.send(command);
        return { name, location: source?.provider?.location, providerRole: source?.provider?.roleArn, created: true };
      } catch (error) {
        if ((error as Error).name !== 'ConflictException')
          throw securityLakeError(error, `register ${name}`, this.region, externalId);
        // of a request whose answer was lost, or of another who registers
        const there = (await this.list()).get(name);
        if (there !== undefined) return { ...there, created: false };
        if (attempt === CONFLICTS.maxAttempts) throw stillConflicts(name, this.region, error);
        await waitToRetry({ maxAttempts: CONFLICTS.maxAttempts, baseDelay: this.conflictDelay }, attempt);
      }
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #try<T>(doing: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw securityLakeError(error, doing, this.region);
    }
  }
}
