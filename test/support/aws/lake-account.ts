/**
 * The lake's account as Security Lake has it, on local servers: a provider role a source that may only write below its own prefix, a
 * maintenance role that may do all but write, tables for the sources. Who converts may use archive and work area, and nothing of the lake.
 */
import { randomUUID } from 'node:crypto';
import { CREDENTIALS, REGION, startS3 } from '../../convert/s3-places.js';
import type { Operation, Principal } from '../s3/request.js';
import type { S3Server } from '../s3-server.js';
import { GlueServer } from './glue.js';
import { StsServer } from './sts.js';

const ACCOUNT = '444455556666';
export const PROVIDER_ROLE = `arn:aws:iam::${ACCOUNT}:role/AmazonSecurityLake-Provider-{source}-{region}`;
export const MAINTENANCE_ROLE = `arn:aws:iam::${ACCOUNT}:role/falconry-lake-maintenance-${REGION}`;
export const providerRole = (source: string): string => PROVIDER_ROLE.replace('{source}', source).replace('{region}', REGION);

export const DATABASE = `amazon_security_lake_glue_db_${REGION.replaceAll('-', '_')}`;
export const tableName = (source: string): string => `amazon_security_lake_table_${REGION.replaceAll('-', '_')}_ext_${source}`;

export interface LakeAccount {
  /** the options of a conversion; each account has an id of its own, since a process shares what it took on */
  roles: { providerRole: string; maintenanceRole: string; externalId: string };
  s3: S3Server;
  sts: StsServer;
  glue: GlueServer;
  /** for the SDK, in this process or another */
  env: Record<string, string>;
  stop(): Promise<void>;
}

const WRITES: readonly Operation[] = ['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'];
const MAINTAINS: readonly Operation[] = ['ListObjectsV2', 'HeadObject', 'GetObject', 'DeleteObject', 'AbortMultipartUpload'];

/** @param sources that are registered: their roles and tables are there */
export async function startLakeAccount(sources: readonly string[]): Promise<LakeAccount> {
  const externalId = `external-id-${randomUUID()}`;
  const own: Principal = { ...CREDENTIALS, allow: (_, bucket) => bucket !== 'lake' };
  const principals = [own];
  const s3 = await startS3({ principals });
  const source = new RegExp(`/AmazonSecurityLake-Provider-(${sources.join('|')})-${REGION}$`);
  const sts = await new StsServer(principals, (arn) => {
    if (arn === MAINTENANCE_ROLE) {
      return { externalId, allow: (operation, bucket) => bucket === 'lake' && MAINTAINS.includes(operation) };
    }
    const name = source.exec(arn)?.[1];
    if (name === undefined) return undefined;
    return {
      externalId,
      allow: (operation, bucket, key) => bucket === 'lake' && WRITES.includes(operation) && key.startsWith(`root/ext/${name}/`),
    };
  }).start();
  const glue = await new GlueServer(principals).start();
  for (const name of sources) glue.makeTable(DATABASE, tableName(name));
  return {
    roles: { providerRole: PROVIDER_ROLE, maintenanceRole: MAINTENANCE_ROLE, externalId },
    s3,
    sts,
    glue,
    env: { AWS_ENDPOINT_URL_STS: sts.endpointUrl, AWS_ENDPOINT_URL_GLUE: glue.endpointUrl },
    stop: async () => {
      await Promise.all([s3.stop(), sts.stop(), glue.stop()]);
    },
  };
}
