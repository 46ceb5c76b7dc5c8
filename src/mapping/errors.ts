/** The errors of the mapping room. */
import { FalconryError } from '../error.js';
import type { Problem } from './problem.js';

/** How many problems {@link mappingInvalid} shows. */
const SHOWN = 50;

/** One line a problem: `file:line: what was wrong, what was expected`. */
export const mappingInvalid = (problems: readonly Problem[]): FalconryError => {
  const lines = problems.slice(0, SHOWN).map(({ file, line, message }) => `  ${file}:${line}: ${message}`);
  if (problems.length > SHOWN) lines.push(`  and ${problems.length - SHOWN} more`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new FalconryError('MAPPING_INVALID', `The mapping has ${count}; mend it and run again:\n${lines.join('\n')}`, {
    exitCode: 2,
  });
};

/** @param what is wrong, as the end of a sentence about the file */
export const dictionaryInvalid = (file: string, what: string): FalconryError =>
  new FalconryError(
    'DICTIONARY_INVALID',
    `${file} is no dictionary of event types: ${what}; export it from /fdr/entities/schema-events/v1, whose entries have a name and fields.`,
    { exitCode: 2 },
  );
