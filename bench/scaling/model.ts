/** What an archive of a given size takes: events, objects, requests, hours and dollars, from measured figures by plain formulas. Pure. */
import { conversionRequests, estimateBackfill, type Rates, type Requests, requestDollars } from '../../src/backfill/estimate.js';

/** What was measured, and what is assumed; each is an option of `npm run bench:scaling`. */
export interface Figures {
  /** of a line */
  rawBytesPerEvent: number;
  /** of FDR's gzip */
  compressedBytesPerEvent: number;
  /** of the lake's objects, before compaction */
  parquetBytesPerEvent: number;
  /** that one vCPU converts, all of a machine's vCPUs working */
  eventsPerSecond: number;
  /** microseconds of CPU time that compaction takes an event */
  compactMicroseconds: number;
  /** compressed bytes of an archive's file */
  fileBytes: number;
  /** compressed bytes of a unit */
  unitBytes: number;
  /** of an object that compaction leaves */
  objectBytes: number;
  /** of a multipart upload */
  partBytes: number;
  /** seconds of work that a slice aims at */
  sliceSeconds: number;
  /** Batch children at a time */
  jobsAtOnce: number;
  /** how often a machine is taken back: times an hour */
  reclaimsPerHour: number;
  dollarsPerGigabyteMonth: number;
  rates: Rates;
}

export interface Scale {
  rawBytes: number;
  events: number;
  files: number;
  units: number;
  slices: number;
  /** seconds of work of a slice, its start not counted */
  sliceSeconds: number;
  compressedBytes: number;
  parquetBytes: number;
  objects: { converted: number; compacted: number };
  vcpuHours: { conversion: number; compaction: number };
  requests: Requests;
  dollars: { compute: number; requests: number; storageMonth: number };
  /** by the clock, if no machine is taken back */
  seconds: number;
}

/** @param rawBytes of the archive's lines, before FDR's gzip */
export function scaleOf(rawBytes: number, figures: Figures): Scale {
  const { rates, partBytes, objectBytes, jobsAtOnce } = figures;
  const events = rawBytes / figures.rawBytesPerEvent;
  const compressedBytes = events * figures.compressedBytesPerEvent;
  const parquetBytes = events * figures.parquetBytesPerEvent;
  const files = Math.ceil(compressedBytes / figures.fileBytes);
  // a file larger than a unit is a unit of its own
  const units = Math.ceil(compressedBytes / Math.max(figures.unitBytes, figures.fileBytes));
  const work = events / figures.eventsPerSecond / rates.vcpus;
  const slices = Math.ceil(work / figures.sliceSeconds);
  const sliceSeconds = work / slices;
  const estimate = estimateBackfill(
    Array.from({ length: slices }, () => ({ seconds: sliceSeconds })),
    { bytes: compressedBytes, files, units },
    rates,
    jobsAtOnce,
  );
  const converted = units * rates.objectsPerUnit;
  const compacted = Math.ceil(parquetBytes / objectBytes);
  const compaction = (events * figures.compactMicroseconds) / 1e6 / 3600;
  const conversion = conversionRequests({ files, units }, rates);
  const requests: Requests = {
    // a look at each object's partition as it is published; compaction reads its footer, its keys and its rows
    gets: conversion.gets + 4 * converted,
    // an output is staged and published, both times in parts between a beginning and an end
    puts: conversion.puts + compacted * 2 * (Math.ceil(objectBytes / partBytes) + 2),
  };
  return {
    rawBytes,
    events,
    files,
    units,
    slices,
    sliceSeconds,
    compressedBytes,
    parquetBytes,
    objects: { converted, compacted },
    vcpuHours: { conversion: estimate.vcpuHours, compaction },
    requests,
    dollars: {
      compute: (estimate.vcpuHours + compaction) * rates.dollarsPerVcpuHour,
      requests: requestDollars(requests, rates),
      storageMonth: (parquetBytes / 1e9) * figures.dollarsPerGigabyteMonth,
    },
    seconds: estimate.seconds,
  };
}
