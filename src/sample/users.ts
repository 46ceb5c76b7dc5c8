/** The accounts on a host: people's and the operating system's own. All strings are JSON text. */

import { jsonText } from './json-text.js';
import type { Platform } from './platform.js';
import type { Random } from './random.js';
import { PEOPLE } from './vocabulary.js';

export interface User {
  name: string;
  domain: string;
  /** Windows only */
  sid: string;
  /** macOS and Linux only */
  uid: string;
  principal: string;
  isAdmin: '0' | '1';
  authenticationId: string;
  logonMs: number;
}

/** The `number`th person of the company, on one host. */
export function makeUser(number: number, domain: string, domainSid: string, bootMs: number, random: Random): User {
  const [first, last] = PEOPLE[number % PEOPLE.length]!;
  const turn = Math.floor(number / PEOPLE.length);
  const name = jsonText(`${first}.${last}${turn || ''}`.toLowerCase());
  return {
    name,
    domain,
    sid: `${domainSid}-${1100 + number}`,
    uid: String(501 + (number % 7)),
    principal: `${name}@corp.example`,
    isAdmin: number % 9 === 4 ? '1' : '0',
    authenticationId: String(random.between(100_000, 4_000_000_000)),
    logonMs: bootMs + random.below(3_600_000),
  };
}

export function systemUser(platform: Platform, bootMs: number): User {
  const windows = platform === 'Win';
  const name = windows ? 'SYSTEM' : 'root';
  return {
    name,
    domain: windows ? 'NT AUTHORITY' : '',
    sid: 'S-1-5-18',
    uid: '0',
    principal: '',
    isAdmin: '1',
    authenticationId: '999',
    logonMs: bootMs,
  };
}
