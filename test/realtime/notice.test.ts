/** Every shape of notice, and what is none. */
import { describe, expect, it } from 'vitest';
import { parseNotice } from '../../src/realtime/notice.js';
import { eventBridgeNotice, type Noticed, s3Notice, s3Record, testEvent, throughSns } from './notices.js';

const object: Noticed = {
  bucket: 'archive',
  key: 'fdr/data/b 1/größe+x=y/part-00000.gz',
  size: 42,
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
};
const text = (message: unknown) => JSON.stringify(message);

describe('a notice', () => {
  it.each([
    ['from S3', s3Notice(object), 's3'],
    ['from S3 through SNS', throughSns(s3Notice(object)), 's3'],
    ['from EventBridge', eventBridgeNotice(object), 'eventbridge'],
    ['from EventBridge through SNS', throughSns(eventBridgeNotice(object)), 'eventbridge'],
  ])('%s names the object by its real key', (_, message, kind) => {
    expect(parseNotice(text(message))).toEqual({ kind, objects: [object], otherEvents: 0 });
  });

  it('from S3 may hold several records; those of other events are counted', () => {
    const message = {
      Records: [
        s3Record(object, 'ObjectCreated:CompleteMultipartUpload'),
        s3Record(object, 'ObjectRemoved:Delete'),
        s3Record({ ...object, key: 'fdr/data/c/x.gz' }, 'ObjectRestore:Completed'),
        s3Record(object, 'ObjectTagging:Put'),
      ],
    };
    const notice = parseNotice(text(message));
    expect(notice.objects.map(({ key }) => key)).toEqual([object.key, 'fdr/data/c/x.gz']);
    expect(notice.otherEvents).toBe(2);
    expect(parseNotice(text(eventBridgeNotice(object, 'Object Deleted')))).toMatchObject({ objects: [], otherEvents: 1 });
  });

  it("of FDR names a batch's files, each with its MD5", () => {
    const message = {
      cid: '0123456789abcdef0123456789abcdef',
      timestamp: 1_492_726_639_137,
      fileCount: 2,
      totalSize: 30,
      bucket: 'cs-prod-cannon-0123',
      pathPrefix: 'data/f0714ca5-3689-448d-b5cc-582a6f7a56b1',
      files: [
        { path: 'data/f0714ca5/part-00000.gz', size: 10, checksum: 'D41D8CD98F00B204E9800998ECF8427E' },
        { path: 'data/f0714ca5/part-00001.gz', size: 20, checksum: 'e'.repeat(32) },
      ],
    };
    expect(parseNotice(text(message))).toEqual({
      kind: 'fdr',
      batch: message.pathPrefix,
      otherEvents: 0,
      objects: [
        { bucket: message.bucket, key: 'data/f0714ca5/part-00000.gz', size: 10, md5: object.etag },
        { bucket: message.bucket, key: 'data/f0714ca5/part-00001.gz', size: 20, md5: 'e'.repeat(32) },
      ],
    });
    expect(() => parseNotice(text({ ...message, fileCount: 3 }))).toThrow('fileCount is not the number of files');
  });

  it("may be S3's test event, which names nothing", () => {
    expect(parseNotice(text(testEvent('archive')))).toEqual({ kind: 'test', objects: [], otherEvents: 0 });
    expect(parseNotice(text(throughSns(testEvent('archive'))))).toMatchObject({ kind: 'test' });
  });
});

describe('what is no notice', () => {
  it.each([
    ['text', 'hello, my-secret'],
    ['a list', '["my-secret"]'],
    ['nothing', ''],
    ['another object', text({ hello: 'my-secret' })],
    ['a record without a key', text({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'my-secret' } } }] })],
    ['a key that is not encoded', text(s3Notice(object)).replace('%3D', '%zz')],
    [
      'a checksum that is no MD5',
      text({ bucket: 'b', pathPrefix: '', fileCount: 1, files: [{ path: 'x', size: 1, checksum: 'my-secret' }] }),
    ],
    ['SNS around text', text({ Type: 'Notification', Message: 'my-secret' })],
    ['SNS around SNS', text(throughSns(throughSns(s3Notice(object))))],
  ])('%s is refused by one sentence that does not repeat it', (_, body) => {
    let message = '';
    try {
      parseNotice(body);
    } catch (error) {
      expect(error).toMatchObject({ code: 'NOTICE_UNKNOWN' });
      message = (error as Error).message;
    }
    expect(message).toMatch(/^A message is no notice of new objects: /);
    expect(message).not.toContain('my-secret');
  });
});
