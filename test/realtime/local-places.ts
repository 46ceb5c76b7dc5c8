/** What tests of notices stand on: a folder, an S3 and an SQS, anew for each test and gone after it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { S3Server } from '../support/s3-server.js';
import { LocalSqs } from '../support/sqs.js';

export interface LocalPlaces {
  folder: string;
  server: S3Server;
  sqs: LocalSqs;
}

/**
 * Call it before the file's own `beforeEach`, which then finds the places of its test in what this returns; they go after what the file's own
 * `afterEach` closes.
 *
 * @param startServer with the buckets that the test wants
 */
export function localPlaces(startServer: () => Promise<S3Server>): LocalPlaces {
  const places = {} as LocalPlaces;
  beforeEach(async () => {
    places.folder = await mkdtemp(join(tmpdir(), 'falconry-notices-'));
    places.server = await startServer();
    places.sqs = await LocalSqs.start();
  });
  afterEach(async () => {
    await places.sqs.stop();
    await places.server.stop();
    await rm(places.folder, { recursive: true, force: true });
  });
  return places;
}
