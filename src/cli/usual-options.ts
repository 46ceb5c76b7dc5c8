/** Options that most commands take. */
export const JSON_OPTION = ['--json', 'one JSON document on stdout and nothing else there'] as const;
export const ENDPOINT_OPTION = ['--endpoint-url <url>', 'an S3-compatible server instead of AWS'] as const;
