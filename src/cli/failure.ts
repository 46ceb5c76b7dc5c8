/** How a failed command ends: one sentence and its code on stderr, the exit code of the error. */
import { errorRecord } from '../error.js';

export function exitWithError(error: unknown, json: boolean): void {
  const record = errorRecord(error);
  const known = record.code !== 'INTERNAL';
  if (json) process.stdout.write(`${JSON.stringify({ error: { code: record.code, message: record.message } })}\n`);
  process.stderr.write(
    known
      ? `falconry: ${record.message} [${record.code}]\n`
      : `falconry: this is a bug, please report it with the text below.\n${record.message}\n`,
  );
  process.exitCode = record.exitCode;
}
