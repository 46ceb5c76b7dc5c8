/** The figures that docs/scaling.md computes with. */
import { DEFAULT_RATES } from '../../src/backfill/estimate.js';
import { DEFAULT_SLICE_LIMITS } from '../../src/backfill/slices.js';
import { fillOptions } from '../../src/convert/options.js';
import type { Figures } from './model.js';

const MiB = 1024 * 1024;
const { unitBytes, objectBytes } = fillOptions({ archive: 'a', lake: 'l', region: 'eu-central-1' });

/**
 * Measured (bench/results/2026-11-27-freed-chunks): bytes an event, and a half of what two workers converted on two cores of the longer archive. The objects' bytes and
 * compaction's time are of that run's lake (102.9 MB of 716,935 events; 43 s of CPU for 716,013). A file of 85 MB is FDR's usual one. Assumed:
 * how often Spot takes a machine back, 5 % in an hour, and prices, as `backfill plan` does.
 */
export const FIGURES: Figures = {
  rawBytesPerEvent: 1454,
  compressedBytesPerEvent: 241,
  parquetBytesPerEvent: 144,
  eventsPerSecond: 35_145,
  compactMicroseconds: 60,
  fileBytes: 85e6,
  unitBytes,
  objectBytes,
  partBytes: 16 * MiB,
  sliceSeconds: DEFAULT_SLICE_LIMITS.aim,
  jobsAtOnce: 64,
  reclaimsPerHour: 0.05,
  dollarsPerGigabyteMonth: 0.023,
  rates: DEFAULT_RATES,
};
