/** Partitions in the Glue catalog: batches as Glue takes them, again and again, and what is said where it fails. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorRecord } from '../../src/error.js';
import { exitCodeOf } from '../../src/job/exit.js';
import { type CatalogPartition, GlueCatalog } from '../../src/store/glue.js';
import { CREDENTIALS, REGION, S3_ENV } from '../convert/s3-places.js';
import { GlueServer } from '../support/aws/glue.js';
import { denied, ServiceError, throttled } from '../support/aws/service.js';

let server: GlueServer;
let glue: GlueCatalog;

beforeEach(async () => {
  server = await new GlueServer([CREDENTIALS]).start();
  Object.assign(process.env, S3_ENV, { AWS_ENDPOINT_URL_GLUE: server.endpointUrl });
  glue = new GlueCatalog({ region: REGION, role: undefined });
});
afterEach(async () => {
  glue.close();
  await server.stop();
});

const partition = (day: number): CatalogPartition => ({
  values: { region: REGION, accountid: 'external_x', eventday: String(20_260_000 + day) },
  location: `s3://lake/root/ext/t/region=${REGION}/accountId=external_x/eventDay=${20_260_000 + day}/`,
});
const partitions = (count: number) => Array.from({ length: count }, (_, day) => partition(day));

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ...errorRecord(error), jobExit: exitCodeOf(error) };
}

describe('partitions', () => {
  it("are created a hundred at a time with the table's own columns and format, each once, however often", async () => {
    const table = server.makeTable('d', 't', ['Region', 'eventday', 'accountid']);
    expect(await glue.create('d', 't', partitions(250))).toBe(250);
    expect(server.count('BatchCreatePartition')).toBe(3);
    expect(server.count('GetTable')).toBe(1);
    const made = table.partitions.get(`${REGION},20260007,external_x`)!;
    expect(made.StorageDescriptor).toEqual({ ...table.storage, Location: partition(7).location });
    expect(await glue.create('d', 't', partitions(260))).toBe(10);
    expect(table.partitions.size).toBe(260);
  });

  it('that are missing are told, also when Glue leaves some for another request', async () => {
    server.makeTable('d', 't');
    await glue.create('d', 't', partitions(1500));
    const asked = partitions(1503);
    expect(await glue.missing('d', 't', asked)).toEqual(asked.slice(1500));
    expect(server.count('BatchGetPartition')).toBeGreaterThan(4);
  });

  it('are created when Glue is no longer busy, or an answer is lost', async () => {
    server.makeTable('d', 't');
    server.faults.push(
      { operation: 'BatchCreatePartition', error: throttled(), times: 2 },
      { operation: 'BatchCreatePartition', error: 'reset-after', after: 2, times: 1 },
    );
    await glue.create('d', 't', partitions(3));
    expect(server.registered).toHaveLength(3);
  });
});

describe('what fails', () => {
  it.each([
    ['CATALOG_NO_TABLE', 65, { operation: 'GetTable', error: new ServiceError(400, 'EntityNotFoundException', 'no') }],
    ['CATALOG_DENIED', 65, { operation: 'BatchCreatePartition', error: denied() }],
    [
      'CATALOG_DENIED',
      65,
      {
        operation: 'GetTable',
        error: new ServiceError(400, 'AccessDeniedException', 'Insufficient Lake Formation permission(s)'),
      },
    ],
    ['CATALOG_REFUSED', 65, { operation: 'BatchCreatePartition', error: new ServiceError(400, 'InvalidInputException', 'no') }],
    ['STORE_NO_CREDENTIALS', 75, { error: new ServiceError(400, 'ExpiredTokenException', 'no') }],
  ])('%s: ends with %i, names the table', async (code, jobExit, fault) => {
    server.makeTable('d', 't');
    server.faults.push(fault);
    const found = await failure(glue.create('d', 't', partitions(1)));
    expect(found).toMatchObject({ code, jobExit });
    expect(found.message).toContain('d.t');
  });

  it('of one partition fails the batch, and what was created stays', async () => {
    const table = server.makeTable('d', 't');
    server.refused.set(`${REGION},external_x,20260001`, 'InternalServiceException');
    expect(await failure(glue.create('d', 't', partitions(3)))).toMatchObject({ code: 'CATALOG_UNAVAILABLE', jobExit: 75 });
    server.refused.set(`${REGION},external_x,20260001`, 'ResourceNumberLimitExceededException');
    expect(await failure(glue.create('d', 't', partitions(3)))).toMatchObject({ code: 'CATALOG_REFUSED', jobExit: 65 });
    server.refused.clear();
    expect(await glue.create('d', 't', partitions(3))).toBe(1);
    expect(table.partitions.size).toBe(3);
  });

  it('a table with other partitions is refused before anything is made', async () => {
    server.makeTable('d', 't', ['year', 'month']);
    const found = await failure(glue.create('d', 't', partitions(1)));
    expect(found).toMatchObject({ code: 'CATALOG_OTHER_KEYS', exitCode: 2 });
    expect(found.message).toContain('year, month');
    expect(server.count('BatchCreatePartition')).toBe(0);
  });
});
