/** Values that contradict each other inside one object: hashes and their algorithm, protocols, instants. */
import { type FindingList, shown } from './findings.js';
import { ipVersion, parseInstant } from './formats.js';
import { isInteger } from './scalar-check.js';

type Item = Readonly<Record<string, unknown>>;

/** `fingerprint.algorithm_id` → hexadecimal digits: MD5, SHA-1, SHA-256, SHA-512. */
const HASH_DIGITS: Readonly<Record<number, number>> = { 1: 32, 2: 40, 3: 64, 4: 128 };
const HEX = /^[0-9A-Fa-f]+$/;

/** IANA protocol numbers of the names that sources write. */
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ipv4', 4],
  ['tcp', 6],
  ['udp', 17],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['icmpv6', 58],
  ['icmp6', 58],
  ['ipv6-icmp', 58],
  ['ospf', 89],
  ['pim', 103],
  ['sctp', 132],
]);

/** `<name>` and `<name>_dt` must be the same millisecond. */
export function checkInstants(item: Item, pairs: readonly (readonly [string, string])[], findings: FindingList): void {
  for (const [name, twin] of pairs) {
    const time = item[name];
    const text = item[twin];
    if (text === null || text === undefined || !isInteger(time)) continue;
    const ms = text instanceof Date ? text.getTime() : typeof text === 'string' ? parseInstant(text)?.ms : undefined;
    if (ms !== undefined && Number(time) !== ms) findings.add('datetime_mismatch', `${shown(text)} beside ${name} ${time}`, twin);
  }
}

export function checkFingerprint(item: Item, findings: FindingList): void {
  const { algorithm_id: algorithm, value } = item;
  const digits = isInteger(algorithm) ? HASH_DIGITS[Number(algorithm)] : undefined;
  if (digits === undefined || typeof value !== 'string') return;
  if (value.length !== digits || !HEX.test(value))
    findings.add('hash_invalid', `${shown(value)} for algorithm ${algorithm}`, 'value');
}

/** `event` is given where the object describes the event's own connection, so that its endpoints count. */
export function checkConnection(item: Item, event: Item | undefined, findings: FindingList): void {
  const { protocol_num: number, protocol_name: name, protocol_ver_id: version } = item;
  const expected = typeof name === 'string' ? PROTOCOLS.get(name.toLowerCase()) : undefined;
  if (expected !== undefined && isInteger(number) && Number(number) !== expected) {
    findings.add('protocol_mismatch', `${number} is not ${name}`, 'protocol_num');
  }
  if (!event || !isInteger(version) || (Number(version) !== 4 && Number(version) !== 6)) return;
  for (const side of ['src_endpoint', 'dst_endpoint']) {
    const ip = (event[side] as Item | null | undefined)?.ip;
    const found = typeof ip === 'string' ? ipVersion(ip) : undefined;
    if (found !== undefined && found !== Number(version)) {
      findings.add('ip_version_mismatch', `${version}, but ${side}.ip is ${ip}`, 'protocol_ver_id');
    }
  }
}
