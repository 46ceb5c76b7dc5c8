/** When Batch tries a job again, in the order in which it asks. At most five rules: a job that none matches would be retried. */
export const RETRY_RULES = [
  // a Spot instance was taken back
  { onStatusReason: 'Host EC2*', action: 'RETRY' },
  { onReason: 'CannotPullContainer*', action: 'RETRY' },
  // the job's own words: try again; stopped
  { onExitCode: '75', action: 'RETRY' },
  { onExitCode: '143', action: 'RETRY' },
  // a bad plan (65), a bug (70), out of memory (137), and all else
  { onReason: '*', action: 'EXIT' },
];
