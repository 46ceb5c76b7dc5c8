/** Instants read from bytes, exactly, as epoch milliseconds. */
import type { TimeUnit } from '../mapping/plan.js';

/** Set by the last {@link readTime}: the text says more than a millisecond can hold. */
export let timeIsFiner = false;

const MIN_TIME = Date.UTC(1990, 0, 1);
const MAX_TIME = Date.UTC(2100, 0, 1);
/** FILETIME ticks (100 ns) between 1601 and 1970. */
const FILETIME_EPOCH = 116_444_736_000_000_000n;
/** Above this a bare number is FILETIME (facts: Elastic's rule for FDR). */
const FILETIME_FLOOR = 0x0100000000000000n;

/**
 * An instant as epoch milliseconds; finer digits are cut off, see {@link timeIsFiner}.
 *
 * `auto` tells the unit by the digits before the point: up to 11 are seconds, 12 to 16 milliseconds, more are FILETIME. Text
 * with a dash after the fourth digit is RFC 3339, whatever the unit.
 *
 * @returns NaN for other text and for instants outside 1990 to 2099 (OCSF's readers take such for a wrong unit)
 */
export function readTime(bytes: Uint8Array, offset: number, length: number, unit: TimeUnit): number {
  timeIsFiner = false;
  if (length > 4 && bytes[offset + 4] === 45) return plausible(readRfc3339(bytes, offset, length));
  let p = offset;
  const end = offset + length;
  let whole = 0;
  for (; p < end; p++) {
    const c = bytes[p]! - 48;
    if (c < 0 || c > 9) break;
    whole = whole * 10 + c;
  }
  const digits = p - offset;
  if (digits === 0) return Number.NaN;
  let fraction = 0;
  let isFiner = false;
  if (p < end) {
    if (bytes[p] !== 46 || p + 1 === end) return Number.NaN;
    let scale = 100;
    for (p++; p < end; p++) {
      const c = bytes[p]! - 48;
      if (c < 0 || c > 9) return Number.NaN;
      if (scale >= 1) fraction += c * scale;
      else if (c !== 0) isFiner = true;
      scale /= 10;
    }
  }
  if (unit === 's' || (unit === 'auto' && digits <= 11)) {
    timeIsFiner = isFiner;
    return plausible(whole * 1000 + fraction);
  }
  timeIsFiner = isFiner || fraction !== 0;
  if (unit === 'filetime' || (unit === 'auto' && digits >= 17)) return plausible(readFiletime(bytes, offset, digits));
  return plausible(whole);
}

function plausible(ms: number): number {
  return ms >= MIN_TIME && ms < MAX_TIME ? ms : Number.NaN;
}

function readFiletime(bytes: Uint8Array, offset: number, digits: number): number {
  if (digits > 19) return Number.NaN;
  const ticks = BigInt(String.fromCharCode(...bytes.subarray(offset, offset + digits)));
  if (ticks <= FILETIME_FLOOR) return Number.NaN;
  const sinceEpoch = ticks - FILETIME_EPOCH;
  if (sinceEpoch % 10_000n !== 0n) timeIsFiner = true;
  return Number(sinceEpoch / 10_000n);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

function readRfc3339(bytes: Uint8Array, offset: number, length: number): number {
  if (length > 40) return Number.NaN;
  const match = RFC3339.exec(String.fromCharCode(...bytes.subarray(offset, offset + length)));
  if (match === null) return Number.NaN;
  const part = (group: number) => Number(match[group] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const [zoneHour, zoneMinute] = [part(9), part(10)];
  // 60 is a leap second: the first of the next minute, as POSIX counts
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return Number.NaN;
  const midnight = Date.UTC(year, month - 1, day);
  const check = new Date(midnight);
  if (check.getUTCFullYear() !== year || check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day) return Number.NaN;
  const fraction = match[7] ?? '';
  timeIsFiner = /[1-9]/.test(fraction.slice(3));
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const away = (zoneHour * 60 + zoneMinute) * 60_000;
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms - (match[8] === '-' ? -away : away);
}
