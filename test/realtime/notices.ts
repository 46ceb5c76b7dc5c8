/** Notices as AWS and FDR write them, of objects on the test's own S3. */
import { createHash } from 'node:crypto';
import type { S3Server } from '../support/s3-server.js';

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** As S3 encodes a key in a notification. */
const formEncoded = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');

export interface Noticed {
  bucket: string;
  key: string;
  size: number;
  etag: string;
}

export function noticedOn(server: S3Server, key: string, bucket = 'archive'): Noticed {
  const { bytes } = server.object(bucket, key)!;
  return { bucket, key, size: bytes.length, etag: md5(bytes) };
}

export function s3Record({ bucket, key, size, etag }: Noticed, eventName = 'ObjectCreated:Put') {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-central-1',
    eventTime: '2026-03-02T00:00:01.123Z',
    eventName,
    userIdentity: { principalId: 'AWS:AROAEXAMPLE:session' },
    requestParameters: { sourceIPAddress: '192.0.2.7' },
    responseElements: {
      'x-amz-request-id': 'C3D13FE58DE4C810',
      'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD',
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'falconry',
      bucket: { name: bucket, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${bucket}` },
      object: { key: formEncoded(key), size, eTag: etag, sequencer: '0055AED6DCD90281E5' },
    },
  };
}

export const s3Notice = (...objects: readonly Noticed[]) => ({ Records: objects.map((object) => s3Record(object)) });

export function eventBridgeNotice({ bucket, key, size, etag }: Noticed, type = 'Object Created') {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': type,
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-03-02T00:00:01Z',
    region: 'eu-central-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, sequencer: '617f08299329d189' },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '192.0.2.7',
      reason: 'PutObject',
    },
  };
}

export const throughSns = (message: object) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:eu-central-1:111122223333:new-objects',
  Subject: 'Amazon S3 Notification',
  Message: JSON.stringify(message),
  Timestamp: '2026-03-02T00:00:02.000Z',
  SignatureVersion: '1',
});

export const testEvent = (bucket: string) => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-03-01T12:00:00.000Z',
  Bucket: bucket,
  RequestId: '5582815E1AEA5ADF',
  HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
});

/** FDR's own message of a batch of files. */
export function fdrNotice(server: S3Server, keys: readonly string[], bucket = 'archive') {
  const files = keys.map((path) => {
    const { bytes } = server.object(bucket, path)!;
    return { path, size: bytes.length, checksum: md5(bytes) };
  });
  return {
    cid: '0123456789abcdef0123456789abcdef',
    timestamp: 1_772_409_700_000,
    fileCount: files.length,
    totalSize: files.reduce((sum, { size }) => sum + size, 0),
    bucket,
    pathPrefix: keys[0]?.slice(0, keys[0].lastIndexOf('/')) ?? '',
    files,
  };
}
