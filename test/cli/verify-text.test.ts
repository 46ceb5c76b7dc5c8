/** What `verify` says to people: each finding by its rule, in words, with examples. */
import { expect, it } from 'vitest';
import { verifyText } from '../../src/cli/verify-command.js';
import type { VerifyReport } from '../../src/lake/verify.js';
import type { LakeFinding } from '../../src/lake/verify-findings.js';

const finding = (rule: LakeFinding['rule'], level: LakeFinding['level'], example: object): LakeFinding => ({
  rule,
  level,
  count: 1,
  examples: [{ object: 'ext/a.parquet', message: 'as it is', ...example }],
});

const report = (changes: Partial<VerifyReport>): VerifyReport =>
  ({
    objects: 1,
    rows: 1,
    bytes: 2048,
    rowsValidated: 1,
    sources: {},
    offences: 0,
    duplicates: 0,
    findings: [],
    ...changes,
  }) as VerifyReport;

it('says what a rule means, what to do, and where it was broken', () => {
  const findings = [
    finding('ocsf.type_uid_mismatch', 'offence', { row: 1234, path: 'type_uid' }),
    finding('page_too_large', 'warning', {}),
  ];
  expect(verifyText(report({ findings, offences: 1 }))).toBe(
    [
      'offence ocsf.type_uid_mismatch (1): type_uid is not class_uid * 100 + activity_id',
      '    ext/a.parquet, row 1,234, type_uid: as it is',
      'warning page_too_large (1): a data page above 1 MiB uncompressed; smaller row groups (convert --row-group-rows) make smaller pages',
      '    ext/a.parquet: as it is',
      'Not sound: 1 offence in 1 object, 1 row checked against OCSF.',
      '',
    ].join('\n'),
  );
});

it.each([
  [1, '1 event stands in a partition more than once: compaction leaves one of each.'],
  [2, '2 events stand in a partition more than once: compaction leaves one of each.'],
])('counts %i duplicates', (duplicates, line) => {
  expect(verifyText(report({ duplicates }))).toBe(
    `Sound: 1 object (2.0 KiB), 1 row checked against OCSF, no offence.\n${line}\n`,
  );
});
