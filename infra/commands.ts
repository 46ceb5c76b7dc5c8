/** What containers run: scripts of the image, from its working directory. Words hold `${…}` for what a stack knows. */
import { WORK_PREFIX } from './work-prefix.js';

export const WORKING_DIRECTORY = '/opt/falconry';

/** Submissions of a backfill, and plans of a compaction, bring their own arguments. */
export const CONVERT_COMMAND = ['node', 'dist/jobs/convert-slice.js'];
export const COMPACT_COMMAND = ['node', 'dist/jobs/compact-partition.js'];

export const NIGHTLY_COMMAND = [
  ...['node', 'dist/jobs/compact-nightly.js', 's3://${LakeBucket}', '--work', `s3://\${WorkBucket}/${WORK_PREFIX}`],
  ...['--days', '${NightlyDays}', '--children', '${NightlyChildren}', '--region', '${AWS::Region}'],
];

/** Lambda sets an entry point apart from its command. */
export const FUNCTION_COMMAND = ['node', 'dist/jobs/realtime.js'];
const PULL = ['node', 'dist/src/cli/start.cjs', 'pull', '${FeedQueueUrl}', '--region', '${AWS::Region}'];
export const PULL_TO_ARCHIVE = [...PULL, '--to', 's3://${ArchiveBucket}/${ArchivePrefix}'];
export const PULL_TO_LAKE = [...PULL, '--lake', 's3://${LakeBucket}', '--work', `s3://\${WorkBucket}/${WORK_PREFIX}`];
