/** One value of a scalar OCSF type: its JavaScript type, range, length and text format. */
import { type FindingList, type Rule, shown } from './findings.js';
import { ipVersion, isBase64, isMac, isSubnet, isUuid, parseInstant } from './formats.js';
import type { OcsfType } from './schema.js';

/** Checks a value that is neither null nor undefined and notes what is wrong with it. */
export type ScalarCheck = (value: unknown, findings: FindingList) => void;

export interface ScalarOptions {
  /** take dates and times also as SQL prints a TIMESTAMP: `2024-05-01 12:00:00.123`, in UTC */
  sqlTimestamps: boolean;
}

const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);
/** Signed, the upper bound exclusive, so that number and bigint compare exactly. */
const LIMIT = { integer: 2 ** 31, long: 2 ** 63 } as const;
const PLACEHOLDER = /^\s*(?:none|null|undefined|nan|n\/a|-|\[object object\])\s*$/i;

const FORMATS: Readonly<Record<string, readonly [Rule, (text: string) => boolean]>> = {
  ip_t: ['ip_invalid', (text) => ipVersion(text) !== undefined],
  subnet_t: ['subnet_invalid', isSubnet],
  mac_t: ['mac_invalid', isMac],
  uuid_t: ['uuid_invalid', isUuid],
  bytestring_t: ['base64_invalid', isBase64],
};

export function scalarCheck(type: OcsfType, options: ScalarOptions): ScalarCheck {
  const wrong = (value: unknown, findings: FindingList) => findings.add('wrong_type', `${shown(value)} is no ${type.name}`);
  switch (type.base) {
    case 'integer':
    case 'long':
      return integerCheck(type, LIMIT[type.base], wrong);
    case 'string':
      return type.name === 'datetime_t' ? datetimeCheck(textCheck(type, wrong), options) : textCheck(type, wrong);
    case 'boolean':
      return (value, findings) => typeof value === 'boolean' || wrong(value, findings);
    case 'float':
      return (value, findings) => Number.isFinite(value) || typeof value === 'bigint' || wrong(value, findings);
    case 'json':
      return () => {};
    case 'object':
      return wrong;
  }
}

function integerCheck(type: OcsfType, limit: number, wrong: ScalarCheck): ScalarCheck {
  const { range } = type;
  const isTime = type.name === 'timestamp_t';
  return (value, findings) => {
    if (!isInteger(value)) wrong(value, findings);
    else if (value < -limit || value >= limit) findings.add('out_of_range', `${value} does not fit a ${type.name}`);
    else if (range && (value < range[0] || value > range[1]))
      findings.add('out_of_range', `${value} is outside ${range[0]} to ${range[1]}`);
    else if (isTime && (value < EARLIEST || value >= LATEST))
      findings.add('time_implausible', `${value} is not epoch milliseconds of our time`);
  };
}

function textCheck(type: OcsfType, wrong: ScalarCheck): ScalarCheck {
  const maxLength = type.maxLength ?? Number.POSITIVE_INFINITY;
  const [formatRule, isFormat] = FORMATS[type.name] ?? [];
  return (value, findings) => {
    if (typeof value !== 'string') {
      wrong(value, findings);
      return;
    }
    // A text never has more code points than UTF-16 units, so only a long one is counted.
    if (value.length > maxLength && codePoints(value) > maxLength) {
      findings.add('too_long', `${codePoints(value)} characters, ${type.name} takes ${maxLength}`);
    }
    if (PLACEHOLDER.test(value)) findings.add('placeholder', `${shown(value)} stands for no value`);
    if (isFormat && !isFormat(value)) findings.add(formatRule!, `${shown(value)} is no ${type.name}`);
  };
}

function datetimeCheck(text: ScalarCheck, { sqlTimestamps }: ScalarOptions): ScalarCheck {
  return (value, findings) => {
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime())) findings.add('datetime_invalid', 'an invalid Date');
      return;
    }
    text(value, findings);
    if (typeof value !== 'string') return;
    const instant = parseInstant(value);
    if (!instant || !(instant.rfc3339 || sqlTimestamps))
      findings.add('datetime_invalid', `${shown(value)} is no RFC 3339 date and time`);
    else if (!instant.zoned && !sqlTimestamps) findings.add('datetime_zone_missing', `${shown(value)} has no offset`);
  };
}

export const isInteger = (value: unknown): value is number | bigint => Number.isInteger(value) || typeof value === 'bigint';

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
