/** How a failed command ends: one sentence and its code on stderr, the exit code of the error. */
import type { CommanderError } from 'commander';
import { errorRecord } from '../error.js';
import { plainText } from './plain-text.js';

export function exitWithError(error: unknown, json: boolean): void {
  const record = errorRecord(error);
  const known = record.code !== 'INTERNAL';
  if (json) writeJson(record.code, record.message);
  process.stderr.write(
    known
      ? `falconry: ${plainText(record.message)} [${record.code}]\n`
      : `falconry: this is a bug, please report it with the text below.\n${record.message}\n`,
  );
  process.exitCode = record.exitCode;
}

/** Commander has said what is wrong; help and version are no failures. */
export function exitWithUsage({ exitCode, message }: CommanderError, json: boolean): void {
  process.exitCode = exitCode === 0 ? 0 : 2;
  if (json && exitCode !== 0) writeJson('USAGE', message.replace(/^error: /, '').replaceAll('\n', ' '));
}

function writeJson(code: string, message: string): void {
  process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
}
