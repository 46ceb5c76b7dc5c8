/** The text formats of OCSF's string types. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const MAC = /^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$/;
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const PREFIX_LENGTH = /^\d{1,3}$/;
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)([Tt ])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** 4 or 6, undefined for what is no address. An IPv6 address may carry a zone; octets have no leading zeros. */
export function ipVersion(text: string): 4 | 6 | undefined {
  if (IPV4.test(text)) return 4;
  return text.includes(':') && isIpv6(text) ? 6 : undefined;
}

function isIpv6(text: string): boolean {
  const zone = text.indexOf('%');
  if (zone === text.length - 1) return false;
  let address = zone < 0 ? text : text.slice(0, zone);
  if (address.includes('.')) {
    const tail = address.lastIndexOf(':') + 1;
    if (!IPV4.test(address.slice(tail))) return false;
    address = `${address.slice(0, tail)}0:0`;
  }
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const rightCount = halves.length === 2 ? groups.length <= 7 : groups.length === 8;
  return rightCount && groups.every((group) => IPV6_GROUP.test(group));
}

/** An address, or an address and a prefix length that fits it; host bits may be set. */
export function isSubnet(text: string): boolean {
  const slash = text.indexOf('/');
  const version = ipVersion(slash < 0 ? text : text.slice(0, slash));
  if (version === undefined || slash < 0) return version !== undefined;
  const prefix = text.slice(slash + 1);
  return PREFIX_LENGTH.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

export const isMac = (text: string): boolean => MAC.test(text);

/** With or without the braces Windows writes. */
export const isUuid = (text: string): boolean => UUID.test(text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text);

/** Either alphabet, padded or not. */
export const isBase64 = (text: string): boolean => BASE64.test(text) && text.replace(/=+$/, '').length % 4 !== 1;

export interface Instant {
  /** epoch milliseconds, finer digits cut off */
  ms: number;
  zoned: boolean;
  /** false for the form SQL prints: a blank between date and time */
  rfc3339: boolean;
}

/** The instant of a date and time; without an offset it is taken as UTC. Undefined for what is none or does not exist. */
export function parseInstant(text: string): Instant | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 5, 6, 7].map((group) => Number(match[group])) as [
    number,
    ...number[],
  ];
  const [offsetHour, offsetMinute] = [Number(match[11] ?? 0), Number(match[12] ?? 0)];
  if (hour! > 23 || minute! > 59 || second! > 60 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month! - 1, day!);
  if (year === 0 || date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return undefined;
  const millisecond = Number(`${match[8] ?? ''}000`.slice(0, 3));
  const offset = (offsetHour * 60 + offsetMinute) * (match[10] === '-' ? -60_000 : 60_000);
  const ms = date.getTime() + ((hour! * 60 + minute!) * 60 + Math.min(second!, 59)) * 1000 + millisecond - offset;
  const fullOffset = match[9] !== undefined || match[12] !== undefined;
  const zoned = match[9] !== undefined || match[10] !== undefined;
  return { ms, zoned, rfc3339: match[4] !== ' ' && (fullOffset || !zoned) };
}
