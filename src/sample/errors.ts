/** Every error of the sample room. */
import { FalconryError } from '../error.js';

export function badOption(name: string, value: unknown, wanted: string): FalconryError {
  return new FalconryError('SAMPLE_BAD_OPTION', `Option ${name} is ${JSON.stringify(value)}; give ${wanted}.`, { exitCode: 2 });
}

export function directoryNotEmpty(directory: string): FalconryError {
  return new FalconryError('SAMPLE_DIRECTORY_NOT_EMPTY', `Folder ${directory} is not empty; name a new one, or empty it first.`, {
    exitCode: 2,
  });
}

export function cannotWrite(path: string, cause: unknown): FalconryError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FalconryError('SAMPLE_CANNOT_WRITE', `Cannot write ${path} (${reason}); check free space and rights.`, { cause });
}
