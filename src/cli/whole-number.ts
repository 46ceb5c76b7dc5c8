/** Numbers among the arguments; their bounds are checked where they are used. */
import { FalconryError } from '../error.js';

/** @throws OPTION_INVALID */
export function wholeNumber(option: string, text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new FalconryError('OPTION_INVALID', `${option}: "${text}" is no whole number.`, { exitCode: 2 });
}
