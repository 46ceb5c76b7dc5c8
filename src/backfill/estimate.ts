/** What converting takes: seconds on one job, and what a whole backfill costs. Pure. */

/** What one job is like and what it costs; all are options of `backfill plan`. */
export interface Rates {
  /** vCPUs of a job: as many worker threads */
  vcpus: number;
  /** compressed bytes a second that one vCPU converts */
  bytesPerSecond: number;
  /** seconds a file costs one vCPU beside its bytes: the request, the begin of an inflation */
  secondsPerFile: number;
  /** seconds until a job converts: the container's start, the mappings, DuckDB */
  startSeconds: number;
  dollarsPerVcpuHour: number;
  dollarsPerThousandGets: number;
  dollarsPerThousandPuts: number;
  /** objects that a unit leaves, for counting PUTs: each is written to staging and to the lake */
  objectsPerUnit: number;
}

/**
 * Assumptions, not measurements; `backfill plan` has an option for each. The speeds are meant to be low, so that slices rather end early:
 * `npm run bench` on the machine in question says better. A vCPU hour is taken at the order of Graviton's Spot price, requests at the list
 * price of S3 Standard in us-east-1.
 */
export const DEFAULT_RATES: Rates = {
  vcpus: 4,
  bytesPerSecond: 2.5 * 1024 * 1024,
  secondsPerFile: 0.05,
  startSeconds: 30,
  dollarsPerVcpuHour: 0.02,
  dollarsPerThousandGets: 0.0004,
  dollarsPerThousandPuts: 0.005,
  objectsPerUnit: 20,
};

export interface Amount {
  /** compressed */
  bytes: number;
  files: number;
}

/** Seconds that one job works at so much, its start not counted. */
export function workSeconds({ bytes, files }: Amount, rates: Rates): number {
  return (bytes / rates.bytesPerSecond + files * rates.secondsPerFile) / rates.vcpus;
}

export interface Estimate {
  /** from the first job's start to the last one's end, with so many jobs at a time */
  seconds: number;
  jobsAtOnce: number;
  vcpuHours: number;
  dollars: { compute: number; requests: number; total: number };
}

export interface Requests {
  gets: number;
  puts: number;
}

/** A unit's objects go to staging and to the lake; a ledger, a mark and a look for each come on top. */
export function conversionRequests(total: Pick<Amount, 'files'> & { units: number }, rates: Rates): Requests {
  return { gets: total.files + total.units, puts: total.units * (2 * rates.objectsPerUnit + 2) };
}

export function requestDollars({ gets, puts }: Requests, rates: Rates): number {
  return (puts * rates.dollarsPerThousandPuts + gets * rates.dollarsPerThousandGets) / 1000;
}

/** @param slices seconds of work of each slice */
export function estimateBackfill(
  slices: readonly { seconds: number }[],
  total: Amount & { units: number },
  rates: Rates,
  jobsAtOnce: number,
): Estimate {
  const work = slices.reduce((sum, { seconds }) => sum + seconds, 0) + slices.length * rates.startSeconds;
  const longest = slices.reduce((most, { seconds }) => Math.max(most, seconds + rates.startSeconds), 0);
  const vcpuHours = (work * rates.vcpus) / 3600;
  const compute = vcpuHours * rates.dollarsPerVcpuHour;
  const requests = requestDollars(conversionRequests(total, rates), rates);
  return {
    seconds: Math.max(longest, work / jobsAtOnce),
    jobsAtOnce,
    vcpuHours,
    dollars: { compute, requests, total: compute + requests },
  };
}
