/** A local STS: the query protocol, roles with their trust, sessions that the test's other servers take. */
import { randomBytes } from 'node:crypto';
import type { Principal } from '../s3/request.js';
import { ServiceError, type ServiceRequest, ServiceServer } from './service.js';

export interface TestRole {
  /** what its trust policy asks for */
  externalId?: string;
  /** what its sessions may do in S3; default everything */
  allow?: Principal['allow'];
}

/** One session that was given. */
export interface Session {
  role: string;
  externalId: string | undefined;
  principal: Principal;
}

export class StsServer extends ServiceServer {
  readonly sessions: Session[] = [];
  protected readonly contentType = 'text/xml';

  /**
   * @param principals sessions join them
   * @param roles by ARN, or what a role has by its ARN
   */
  constructor(
    principals: Principal[],
    private readonly roles: (arn: string) => TestRole | undefined,
  ) {
    super('sts', principals);
  }

  /** Sessions of a role. */
  sessionsOf(role: string): number {
    return this.sessions.filter((session) => session.role === role).length;
  }

  protected operationOf({ body }: { body: string }): string {
    const form = new URLSearchParams(body);
    if (form.get('Version') !== '2011-06-15')
      throw new ServiceError(400, 'InvalidAction', 'Could not find operation for this version');
    return form.get('Action') ?? '';
  }

  protected answer(operation: string, { body }: ServiceRequest): string {
    if (operation !== 'AssumeRole') throw new ServiceError(400, 'InvalidAction', `Could not find operation ${operation}`);
    const form = new URLSearchParams(body);
    const arn = form.get('RoleArn') ?? '';
    const externalId = form.get('ExternalId') ?? undefined;
    const name = form.get('RoleSessionName') ?? '';
    const seconds = Number(form.get('DurationSeconds') ?? 3600);
    if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(arn)) throw new ServiceError(400, 'ValidationError', `${arn} is invalid`);
    if (!/^[\w+=,.@-]{2,64}$/.test(name))
      throw new ServiceError(400, 'ValidationError', 'roleSessionName failed to satisfy constraint');
    if (seconds < 900 || seconds > 3600)
      throw new ServiceError(
        400,
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    const role = this.roles(arn);
    if (role === undefined || role.externalId !== externalId) {
      const text = `User: arn:aws:iam::111122223333:user/x is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
      throw new ServiceError(403, 'AccessDenied', text);
    }
    const principal: Principal = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: randomBytes(40).toString('base64'),
      ...(role.allow && { allow: role.allow }),
    };
    this.principals.push(principal);
    this.sessions.push({ role: arn, externalId, principal });
    const expiration = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROATEST:${name}</AssumedRoleId><Arn>${arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${name}</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>${principal.accessKeyId}</AccessKeyId><SecretAccessKey>${principal.secretAccessKey}</SecretAccessKey>
<SessionToken>${principal.sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></AssumeRoleResponse>`;
  }

  protected errorBody({ status, code, message }: ServiceError) {
    const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>
<Code>${code}</Code><Message>${message}</Message></Error><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ErrorResponse>`;
    return { body };
  }
}
