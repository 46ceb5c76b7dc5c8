/** What a pull is told, filled once. */
import { z } from 'zod';
import { ConvertOptionsSchema, type FilledOptions, filledBy, fillOptions } from '../convert/options.js';
import { LAKE_ACCESS } from '../lake/lake-access.js';
import { queueRegion } from '../store/open-queue.js';
import { checkQueueUrl } from '../store/queue-errors.js';
import { pullOption } from './errors.js';

const { archive: place, region, endpointUrl } = ConvertOptionsSchema.shape;

const seconds = (least: number, most: number, name: string) =>
  z.coerce
    .number({ error: `is no number of ${name}` })
    .int()
    .min(least, `is less than ${least} ${name}`)
    .max(most, `is more than ${most} ${name}`);

const PullOptionsSchema = z.object({
  queue: z.string(),
  to: place.optional(),
  lake: place.optional(),
  region: region.optional(),
  endpointUrl: endpointUrl,
  /** of queue and feed; default: the one that the queue's URL names */
  feedRegion: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is no region; one looks like us-west-1')
    .optional(),
  feedEndpointUrl: endpointUrl,
  credentialsFile: z.string().optional(),
  once: z.boolean().default(false),
  /** seconds for which a message is kept from others, renewed while it is worked on */
  visibility: seconds(3, 43_200, 'seconds').default(900),
  /** seconds of a long poll */
  wait: seconds(0, 20, 'seconds').default(20),
});

/** Convert's own options count with `lake`. */
export type PullOptions = z.input<typeof PullOptionsSchema> & Record<string, unknown>;

export interface FilledPullOptions extends Omit<z.output<typeof PullOptionsSchema>, 'feedRegion'> {
  feedRegion: string;
  /** with `lake` */
  conversion: FilledOptions | undefined;
}

const OWN = Object.keys(PullOptionsSchema.shape);

/** @throws OPTION_INVALID, QUEUE_BAD_URL, QUEUE_NO_REGION */
export function fillPullOptions(options: PullOptions): FilledPullOptions {
  const filled = filledBy(PullOptionsSchema, options);
  const { queue, to, lake } = filled;
  checkQueueUrl(queue);
  if ((to === undefined) === (lake === undefined)) {
    throw pullOption('Give either --to, to copy the feed to an archive of your own, or --lake, to convert it.');
  }
  const feedRegion = filled.feedRegion ?? queueRegion(queue);
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.includes(name)));
  if (lake === undefined) {
    // the environment may say how a lake is used, whether there is one or not
    const [first] = Object.keys(rest).filter((name) => !(name in LAKE_ACCESS));
    if (first !== undefined) throw pullOption(`--${first}: counts with --lake alone; --to copies files as they are.`);
    return { ...filled, feedRegion, conversion: undefined };
  }
  if (filled.region === undefined) throw pullOption("--region: with --lake, name the region in the lake's paths.");
  const { endpointUrl: endpoint } = filled;
  const conversion = fillOptions({
    ...rest,
    // the feed's buckets are named by its messages
    archive: lake,
    lake,
    region: filled.region,
    workers: 1,
    ...(endpoint && { endpointUrl: endpoint }),
  });
  return { ...filled, feedRegion, conversion };
}
