/** The arrows of the house: the core uses nobody, and all others point downward. */
const CORE = '^src/(scan|ocsf|mapping|normalize)/';
/** What each room may import beside itself, the core and src/error.ts. */
const MAY_USE = {
  store: [],
  archive: ['store'],
  quarantine: ['store'],
  enrich: ['archive', 'store'],
  lake: ['store'],
  sample: [],
  job: ['lake', 'store'],
  convert: ['archive', 'enrich', 'lake', 'quarantine', 'store'],
  backfill: ['archive', 'convert', 'enrich', 'job', 'lake', 'quarantine', 'store'],
  compact: ['convert', 'job', 'lake', 'quarantine', 'store'],
  realtime: ['archive', 'convert', 'enrich', 'job', 'lake', 'quarantine', 'store'],
  cli: ['archive', 'backfill', 'compact', 'convert', 'enrich', 'lake', 'quarantine', 'realtime', 'sample', 'store'],
};

module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'core-uses-nobody',
      comment: 'scan, ocsf, mapping and normalize import each other and src/error.ts, nothing else of the house',
      severity: 'error',
      from: { path: CORE },
      to: { path: '^src/', pathNot: [CORE, '^src/error\\.ts$'] },
    },
    {
      name: 'core-is-pure',
      comment: 'no file system, network, thread, process or clock in the core; of packages only yaml and zod',
      severity: 'error',
      from: { path: CORE },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto)$' },
    },
    {
      name: 'core-packages',
      severity: 'error',
      from: { path: CORE },
      to: { path: 'node_modules/', pathNot: 'node_modules/(yaml|zod|apache-arrow)/' },
    },
    ...Object.entries(MAY_USE).map(([room, rooms]) => ({
      name: `${room}-arrows`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: [`^src/(${[room, ...rooms].join('|')})/`, CORE, '^src/error\\.ts$'] },
    })),
    {
      name: 'duckdb-in-lake-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lake/' },
      to: { path: 'node_modules/@duckdb/' },
    },
    {
      name: 'aws-in-store-only',
      comment: 'and the client of AWS Batch in one file of backfill',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store/|backfill/batch-client\\.ts)' },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    { name: 'no-test-in-product', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench|infra)/' } },
    {
      name: 'no-undeclared',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
