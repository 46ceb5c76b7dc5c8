import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyKey, type FileFeed, feedOfRecord, KeyClassifier, SECONDARY_FEEDS } from '../../src/archive/feed.js';

const BATCH = '6f1c9a52-0b7e-4d7c-9d0e-3a5b8c1d2e4f';
const HOURLY = `batch=${BATCH}/year=2025/month=03/day=09/hour=17/platform=Win/part-00000.c000.txt.gz`;

/** key, feed, canonical key */
const DATA: [string, FileFeed, string][] = [
  [`data/${BATCH}/part-00000.gz`, 'events', `data/${BATCH}/part-00000.gz`],
  [`3c21aa-77/data/${BATCH}/part-00003.gz`, 'events', `data/${BATCH}/part-00003.gz`],
  [`a/data/b/data/${BATCH}/part-00003.gz`, 'events', `data/${BATCH}/part-00003.gz`],
  ['old/data/march/x.gz', 'events', 'data/march/x.gz'],
  [HOURLY, 'events', HOURLY],
  [`data/${HOURLY}`, 'events', HOURLY],
  [`copy/batch=${BATCH}/part-00000.c000.txt.gz`, 'events', `batch=${BATCH}/part-00000.c000.txt.gz`],
  ...SECONDARY_FEEDS.map((feed): [string, FileFeed, string] => [
    `tenant/fdrv2/${feed}/${BATCH}/part-00000.gz`,
    feed,
    `fdrv2/${feed}/${BATCH}/part-00000.gz`,
  ]),
  [`data/fdrv2/userinfo/${BATCH}/p.gz`, 'userinfo', `fdrv2/userinfo/${BATCH}/p.gz`],
  [`fdrv2/appinfo/batch=${BATCH}/p.gz`, 'appinfo', `fdrv2/appinfo/batch=${BATCH}/p.gz`],
  ['fdrv2/newfeed/p.gz', 'unknown', 'fdrv2/newfeed/p.gz'],
  ['x/y/part-00000.gz', 'unknown', 'x/y/part-00000.gz'],
  ['database/p.GZ', 'unknown', 'database/p.GZ'],
  ['data.gz', 'unknown', 'data.gz'],
];

describe('classifyKey', () => {
  it.each(DATA)('%s is a file of %s', (key, feed, canonicalKey) => {
    expect(classifyKey(key)).toEqual({ kind: 'data', feed, canonicalKey });
  });

  it.each([
    ['data/x/_SUCCESS', { kind: 'marker' }],
    ['data/x/', { kind: 'foreign', reason: 'folder' }],
    ['data/x/.part-00000.gz.crc', { kind: 'foreign', reason: 'hidden' }],
    ['data/x/._part.gz', { kind: 'foreign', reason: 'hidden' }],
    ['data/x/_temporary/0/part-00000.gz', { kind: 'foreign', reason: 'hidden' }],
    ['data/x/part-00000.gz.tmp', { kind: 'foreign', reason: 'not-gz' }],
    ['notes.txt', { kind: 'foreign', reason: 'not-gz' }],
  ])('%s is no file', (key, expected) => {
    expect(classifyKey(key)).toEqual(expected);
  });

  it('gives a file the same feed and canonical key from whichever folder the archive is named', () => {
    for (const path of [`t/data/${BATCH}/p.gz`, `t/fdrv2/aidmaster/${BATCH}/p.gz`, `t/${HOURLY}`]) {
      const whole = classifyKey(path);
      const names = path.split('/');
      for (let depth = 1; depth < names.length; depth++) {
        const root = `/mnt/disk/${names.slice(0, depth).join('/')}`;
        expect(classifyKey(names.slice(depth).join('/'), root), root).toEqual(whole);
      }
    }
  });

  it('takes no feed from a folder above the archive that only happens to be called data', () => {
    expect(classifyKey('aidmaster/p.gz', '/data')).toMatchObject({ feed: 'unknown', canonicalKey: 'aidmaster/p.gz' });
    expect(classifyKey('2025/p.gz', 'bucket/data/fdrv2')).toMatchObject({ feed: 'unknown', canonicalKey: '2025/p.gz' });
  });

  it('does not depend on any prefix above the marker', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9 =.%ü-]{1,12}$/).filter((text) => !/^(data|fdrv2|batch=.*|[._].*)$/.test(text));
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 4 }),
        fc.constantFrom(...DATA.slice(0, 10)),
        fc.boolean(),
        (above, file, asRoot) => {
          const [key] = file;
          const prefix = above.join('/');
          const found = asRoot ? classifyKey(key, prefix) : classifyKey(above.length > 0 ? `${prefix}/${key}` : key);
          expect(found).toEqual(classifyKey(key));
        },
      ),
      { seed: 41, numRuns: 300 },
    );
  });
});

describe('KeyClassifier', () => {
  it('says of each of many keys what it says of one', () => {
    const name = fc.constantFrom('data', 'fdrv2', 'aidmaster', 'x', 'xdata', '', '_temporary', `batch=${BATCH}`, BATCH);
    const file = fc.constantFrom('p.gz', 'P.GZ', '_SUCCESS', '.p.gz', 'p.txt', '', 'data');
    const keys = fc.array(fc.tuple(fc.array(name, { maxLength: 4 }), file), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(keys, fc.constantFrom('', '/data', 'a/data', '/x/fdrv2', 'data//'), (all, root) => {
        const classifier = new KeyClassifier(root);
        for (const [folders, last] of all) {
          const key = [...folders, last].join('/');
          expect(classifier.classify(key), key).toEqual(classifyKey(key, root));
        }
      }),
      { seed: 43, numRuns: 500 },
    );
  });
});

describe('feedOfRecord', () => {
  it.each<[FileFeed, string[]]>([
    ['events', ['event_simpleName', 'AgentLoadFlags', 'Time', 'CompanyName']],
    ['events', ['ExternalApiType', 'EventType']],
    ['events', ['event_type', 'assessments', 'scores']],
    ['events', ['event-type', 'cloud_platform']],
    ['aidmaster', ['AgentLoadFlags', 'Time', 'ComputerName', 'aid']],
    ['managedassets', ['GatewayIP', '_time', 'MAC']],
    ['managedassets', ['GatewayMAC', '_time']],
    ['notmanaged', ['discovererCount', '_time', 'subnet']],
    ['notmanaged', ['FirstDiscoveredDate']],
    ['notmanaged', ['NeighborName', 'MAC', '_time']],
    ['userinfo', ['UserSid_readable', '_time', 'LogonType']],
    ['userinfo', ['LogonInfo']],
    ['userinfo', ['LocalAdminAccess']],
    ['appinfo', ['CompanyName', '_time', 'FileName']],
    ['appinfo', ['detectioncount', '_time']],
    ['unknown', ['AgentLoadFlags']],
    ['unknown', ['CompanyName']],
    ['unknown', ['GatewayIP']],
    ['unknown', []],
  ])('%s: %j', (feed, names) => {
    expect(feedOfRecord(new Set(names))).toBe(feed);
  });
});
