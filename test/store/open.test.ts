/** From what the user named to the store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { LocalStore } from '../../src/store/local.js';
import { isS3Uri, openStore } from '../../src/store/open.js';
import { keys } from '../contract/object-store.js';

const loaded = vi.hoisted(() => ({ sdk: false }));
vi.mock('@aws-sdk/client-s3', async (original) => {
  loaded.sdk = true;
  return original();
});

it('opens a path without loading the S3 SDK', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'falconry-open-'));
  for (const uri of [folder, pathToFileURL(folder).href]) {
    const store = await openStore(uri);
    expect(store).toBeInstanceOf(LocalStore);
    await store.write('a', 'x');
    expect(await keys(store, '')).toEqual(['a']);
  }
  expect((await openStore('relative/path')).uri).toBe('relative/path');
  await rm(folder, { recursive: true });
  expect(loaded.sdk).toBe(false);
});

it('opens a bucket, with or without a prefix', async () => {
  const uris = { 's3://my.bucket-1': 's3://my.bucket-1', 's3://bucket/': 's3://bucket', 's3://bucket/a/b//': 's3://bucket/a/b' };
  for (const [uri, expected] of Object.entries(uris)) {
    const store = await openStore(uri, { region: 'us-east-1' });
    expect(store.uri).toBe(expected);
    await store.close();
  }
  expect(loaded.sdk).toBe(true);
});

it('refuses what names no store', async () => {
  for (const uri of [
    '',
    'a\0b',
    's3://',
    's3:///key',
    's3://Bucket/a',
    's3://a',
    's3://under_score/a',
    'gs://bucket/a',
    'https://host/a',
    'file://host/a',
  ])
    await expect(openStore(uri), uri).rejects.toMatchObject({ code: 'STORE_BAD_URI', exitCode: 2 });
  await expect(openStore('s3://bucket', { endpointUrl: 'localhost' })).rejects.toMatchObject({ code: 'STORE_BAD_URI' });
});

it('tells S3 URIs from paths', () => {
  expect(['s3://bucket', 's3:/bucket', './s3://x', 'S3://bucket', '/tmp'].map(isS3Uri)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
