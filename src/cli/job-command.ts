/** `falconry job …`: what an image runs in AWS. */
import { convertSlice } from '../../jobs/convert-slice.js';
import { wholeNumber } from './whole-number.js';

export interface ConvertSliceArguments {
  submission: string;
  offset: string;
  region?: string;
  endpointUrl?: string;
}

export async function convertSliceCommand({ submission, offset, region, endpointUrl }: ConvertSliceArguments): Promise<void> {
  process.exitCode = await convertSlice(submission, wholeNumber('--offset', offset), {
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
  });
}
