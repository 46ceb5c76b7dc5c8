import { NO_BAD, type BadReport } from './kinds.js';
export async function writeBad(_o: unknown, _t: unknown): Promise<BadReport> { return NO_BAD; }
