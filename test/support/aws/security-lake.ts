/** A local Security Lake: REST-JSON, custom sources with the rules of their names, pages, conflicts. */
import type { Principal } from '../s3/request.js';
import { ServiceError, type ServiceRequest, ServiceServer } from './service.js';

export interface TestSource {
  name: string;
  eventClasses: string[] | undefined;
  crawlerRole: string;
  principal: string;
  externalId: string;
}

export class SecurityLakeServer extends ServiceServer {
  readonly sources = new Map<string, TestSource>();
  protected readonly contentType = 'application/json';

  constructor(
    principals: Principal[],
    readonly options: { account: string; region: string; bucket: string; pageSize?: number; place?: (name: string) => string },
  ) {
    super('securitylake', principals);
  }

  protected operationOf({ method, path }: { method: string; path: string }): string {
    if (method === 'POST' && path === '/v1/datalake/logsources/custom') return 'CreateCustomLogSource';
    if (method === 'POST' && path === '/v1/datalake/logsources/list') return 'ListLogSources';
    throw new ServiceError(404, 'UnknownOperationException', `${method} ${path}`);
  }

  protected answer(operation: string, { body }: ServiceRequest): string {
    const input = JSON.parse(body);
    return JSON.stringify(operation === 'ListLogSources' ? this.#list(input) : this.#create(input));
  }

  #create(input: {
    sourceName?: string;
    eventClasses?: string[];
    configuration?: {
      crawlerConfiguration?: { roleArn?: string };
      providerIdentity?: { principal?: string; externalId?: string };
    };
  }) {
    const { sourceName: name = '', eventClasses, configuration } = input;
    const crawlerRole = configuration?.crawlerConfiguration?.roleArn ?? '';
    const { principal = '', externalId = '' } = configuration?.providerIdentity ?? {};
    if (!/^[\w:./-]{1,20}$/.test(name)) throw bad('sourceName must have length less than or equal to 20');
    if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(crawlerRole)) throw bad('roleArn is not valid');
    if (!/^\d{12}$/.test(principal) || !/^[\w+=,.@:/-]{2,1224}$/.test(externalId))
      throw bad(`providerIdentity ${externalId} is not valid`);
    if (eventClasses?.some((each) => !/^[A-Z_0-9]+$/.test(each))) throw bad('eventClasses is not valid');
    if (this.sources.has(name)) throw new ServiceError(409, 'ConflictException', `Custom source ${name} already exists`);
    this.sources.set(name, { name, eventClasses, crawlerRole, principal, externalId });
    return { source: this.#describe(name) };
  }

  #describe(name: string) {
    const { account, region, bucket, place } = this.options;
    const arn = `arn:aws:glue:${region}:${account}`;
    return {
      sourceName: name,
      attributes: { crawlerArn: `${arn}:crawler/${name}`, databaseArn: `${arn}:database/d`, tableArn: `${arn}:table/d/${name}` },
      provider: {
        location: place?.(name) ?? `s3://${bucket}/ext/${name}/`,
        roleArn: `arn:aws:iam::${account}:role/AmazonSecurityLake-Provider-${name}-${region}`,
      },
    };
  }

  #list({ regions, nextToken }: { regions?: string[]; nextToken?: string }) {
    const { account, region, pageSize = 10 } = this.options;
    if (regions?.join() !== region) throw bad('regions');
    const all = [
      { awsLogSource: { sourceName: 'ROUTE53', sourceVersion: '2.0' } },
      ...[...this.sources.keys()].map((name) => ({ customLogSource: this.#describe(name) })),
    ];
    const from = Number(nextToken ?? 0);
    const to = from + pageSize;
    return {
      sources: [{ account, region, sources: all.slice(from, to) }],
      ...(to < all.length ? { nextToken: String(to) } : {}),
    };
  }

  protected errorBody({ code, message }: ServiceError) {
    return { body: JSON.stringify({ message, errorCode: code }), headers: { 'x-amzn-errortype': code } };
  }
}

const bad = (text: string) => new ServiceError(400, 'BadRequestException', text);
