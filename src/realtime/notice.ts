/**
 * What a message of a queue says: objects that are new. Four shapes are known: S3's event notification, EventBridge's "Object Created",
 * either of them through SNS, and FDR's own batch message. Pure.
 */
import { z } from 'zod';
import { noticeUnknown } from './errors.js';

/** An object that a notice names; `etag` without quotes. */
export interface NoticedObject {
  bucket: string;
  key: string;
  /** bytes */
  size?: number;
  etag?: string;
  /** of a file in FDR's batch message: MD5 of its bytes, in hex; such a file must be there, and be these bytes */
  md5?: string;
}

export interface Notice {
  kind: 's3' | 'eventbridge' | 'fdr' | 'test';
  objects: NoticedObject[];
  /** records of events that bring no new object: removals, tags, transitions */
  otherEvents: number;
  /** of FDR's batch message: the folder of the batch */
  batch?: string;
}

const size = z.number().int().min(0);

const S3Schema = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      s3: z.object({
        bucket: z.object({ name: z.string().min(1) }),
        object: z.object({ key: z.string(), size: size.optional(), eTag: z.string().optional() }),
      }),
    }),
  ),
});

const TestSchema = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') });

const EventBridgeSchema = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({ key: z.string(), size: size.optional(), etag: z.string().optional() }),
  }),
});

const SnsSchema = z.object({ Type: z.literal('Notification'), Message: z.string() });

const FdrSchema = z
  .object({
    bucket: z.string().min(1),
    pathPrefix: z.string(),
    fileCount: z.number().int().min(0),
    files: z.array(z.object({ path: z.string().min(1), size, checksum: z.string().regex(/^[0-9a-f]{32}$/i) })),
  })
  .refine(({ fileCount, files }) => fileCount === files.length, 'fileCount is not the number of files');

/** Events after which an object can be read that could not be before. */
const NEW_IN_S3 = /^(s3:)?(ObjectCreated:|ObjectRestore:Completed$)/;
const NEW_IN_EVENTBRIDGE = new Set(['Object Created', 'Object Restore Completed']);

/** @throws NOTICE_UNKNOWN; its sentence never repeats the message, which anybody may have written */
export function parseNotice(body: string): Notice {
  const outer = parseJson(body);
  const { data: sns } = SnsSchema.safeParse(outer);
  return noticeOf(sns === undefined ? outer : parseJson(sns.Message));
}

function noticeOf(message: object): Notice {
  if ('Records' in message) return s3Notice(checked(S3Schema, message, "S3's event notification"));
  if ('detail-type' in message) return eventBridgeNotice(checked(EventBridgeSchema, message, "EventBridge's event of S3"));
  if ('files' in message) return fdrNotice(checked(FdrSchema, message, "FDR's batch message"));
  if (TestSchema.safeParse(message).success) return { kind: 'test', objects: [], otherEvents: 0 };
  throw noticeUnknown('its members are those of no known shape');
}

function s3Notice({ Records }: z.output<typeof S3Schema>): Notice {
  const news = Records.filter(({ eventName }) => NEW_IN_S3.test(eventName));
  const objects = news.map(({ s3: { bucket, object } }) =>
    noticed(bucket.name, decodedKey(object.key), object.size, object.eTag),
  );
  return { kind: 's3', objects, otherEvents: Records.length - news.length };
}

function eventBridgeNotice({ 'detail-type': type, detail }: z.output<typeof EventBridgeSchema>): Notice {
  const { bucket, object } = detail;
  if (!NEW_IN_EVENTBRIDGE.has(type)) return { kind: 'eventbridge', objects: [], otherEvents: 1 };
  return { kind: 'eventbridge', objects: [noticed(bucket.name, object.key, object.size, object.etag)], otherEvents: 0 };
}

function fdrNotice({ bucket, pathPrefix, files }: z.output<typeof FdrSchema>): Notice {
  const objects = files.map(({ path, size, checksum }) => ({ bucket, key: path, size, md5: checksum.toLowerCase() }));
  return { kind: 'fdr', objects, otherEvents: 0, batch: pathPrefix };
}

function noticed(bucket: string, key: string, size: number | undefined, etag: string | undefined): NoticedObject {
  return {
    bucket,
    key,
    ...(size === undefined ? {} : { size }),
    ...(etag === undefined ? {} : { etag: etag.replace(/^"|"$/g, '') }),
  };
}

/** S3's notifications encode keys as forms do; EventBridge's events do not. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    throw noticeUnknown('a key in it is not encoded as S3 does', error);
  }
}

function parseJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // the parser's own words would repeat the text
  }
  throw noticeUnknown('it is no JSON object');
}

function checked<Schema extends z.ZodType>(schema: Schema, message: object, shape: string): z.output<Schema> {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw noticeUnknown(`it looks like ${shape}, but ${issue!.path.join('.') || 'it'}: ${issue!.message}`);
}
