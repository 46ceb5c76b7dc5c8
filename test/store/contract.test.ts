/** The object-store contract on every store, and on other S3 servers than ours. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { LocalStore } from '../../src/store/local.js';
import { MemoryStore } from '../../src/store/memory.js';
import { S3Store } from '../../src/store/s3.js';
import { objectStoreContract } from '../contract/object-store.js';
import { S3Server } from '../support/s3-server.js';

const LOCALE_ORDER = 'it lists in the order of a locale, which the store reports as STORE_UNORDERED';

objectStoreContract({
  name: 'LocalStore',
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'falconry-local-'));
    return { store: new LocalStore(join(folder, 'made', 'later')), stop: () => rm(folder, { recursive: true }) };
  },
});

objectStoreContract({
  name: 'MemoryStore',
  start: async () => ({ store: new MemoryStore(), stop: async () => {} }),
});

objectStoreContract({
  name: 'S3Store on our server',
  async start() {
    const server = await S3Server.start({ pageSize: 7 });
    server.createBucket('lake');
    return { store: new S3Store('lake', 'some/prefix', server.clientOptions), stop: () => server.stop() };
  },
});

objectStoreContract({
  name: 'S3Store on fauxqs',
  async start() {
    const server = await startFauxqs({ port: 0, logger: false });
    server.createBucket('lake');
    const store = new S3Store('lake', '', {
      endpointUrl: server.address,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    return { store, stop: () => server.stop() };
  },
  lacks: {
    'lists in byte order': LOCALE_ORDER,
    'takes odd names literally': LOCALE_ORDER,
    'lists any keys as written, in byte order': LOCALE_ORDER,
    'writes if absent': 'it ignores If-None-Match',
    'lets exactly one of ten racing writers win': 'it ignores If-None-Match',
    'takes a large file': 'it refuses bodies as large as a part',
  },
});

// Any other S3: credentials and region come from the environment, the bucket must exist.
const { S3_CONTRACT_ENDPOINT: endpointUrl, S3_CONTRACT_BUCKET: bucket = 'falconry-contract' } = process.env;
if (endpointUrl !== undefined) {
  const prefix = `falconry-contract-${Date.now()}`;
  objectStoreContract({
    name: `S3Store on ${endpointUrl}`,
    async start() {
      const stop = async () => {
        const cleaner = new S3Store(bucket, prefix, { endpointUrl });
        for await (const { key } of cleaner.list('')) await cleaner.delete(key);
        await cleaner.close();
      };
      return { store: new S3Store(bucket, prefix, { endpointUrl }), stop };
    },
  });
}
