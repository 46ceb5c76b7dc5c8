/**
 * When Batch tries a job again, in the order in which it asks: the job definitions of `infra/` and the jobs that `submit` makes say the
 * same. At most five rules; a job that none of them matches would be retried, so the last one ends it.
 */
export const RETRY_RULES = [
  // a Spot instance was taken back
  { onStatusReason: 'Host EC2*', action: 'RETRY' },
  // the image could not be pulled, Docker did not answer: what a container says of itself (`reason`) differs, this does not
  { onStatusReason: 'Task failed to start*', action: 'RETRY' },
  // the job's own words: try again; stopped
  { onExitCode: '75', action: 'RETRY' },
  { onExitCode: '143', action: 'RETRY' },
  // a bad plan (65), a bug (70), out of memory (137), and all else
  { onReason: '*', action: 'EXIT' },
] as const;
