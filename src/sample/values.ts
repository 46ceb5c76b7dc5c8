/** Makers of field values, for the tables in `events/`. All return JSON text. */
import type { Fields, Value } from './event.js';
import { Random } from './random.js';
import type { Scene } from './scene.js';
import { type Filled, template } from './template.js';
import { epochSeconds } from './time.js';
import { FILE_STEMS, LAN_IP4, REMOTE_IP4, REMOTE_IP6, WORDS } from './vocabulary.js';

export const NO_SHA1 = '0'.repeat(40);

/** One of some values, each as likely. */
export function oneOf(...values: readonly string[]): (s: Scene) => string {
  return (s) => values[s.random.below(values.length)]!;
}

/** Nearly always `usual`; in 1 of `odds` one of the others. */
export function mostly(usual: string, odds: number, ...others: readonly string[]): (s: Scene) => string {
  return (s) => (s.random.below(odds) === 0 ? others[s.random.below(others.length)]! : usual);
}

/** There in 1 of `odds` lines. */
export function sometimes(odds: number, value: Value): Value {
  return (s) => (s.random.below(odds) > 0 ? undefined : typeof value === 'string' ? value : value(s));
}

/** A decimal integer in [low, high]. */
export function integer(low: number, high: number): (s: Scene) => string {
  return (s) => String(s.random.between(low, high));
}

/** Lower-case hex digits. */
export function hex(digits: number): (s: Scene) => string {
  return (s) => s.random.hex(digits);
}

export function text(pattern: string, toJsonText?: (plain: string) => string): (s: Scene) => string {
  const filled: Filled = template(pattern, toJsonText);
  return (s) => filled(s.random);
}

export const eventTime = (s: Scene): string => epochSeconds(s.eventMs);
/** Some time in the last `ms` milliseconds before the event. */
export function earlier(ms: number): (s: Scene) => string {
  return (s) => epochSeconds(s.eventMs - s.random.below(ms));
}

export const contextId = (s: Scene): string => s.process.id;
export const targetId = (s: Scene): string => s.target.id;
export const userName = (s: Scene): string => s.process.user.name;
export const userSid = (s: Scene): string => s.process.user.sid;
export const authenticationId = (s: Scene): string => s.process.user.authenticationId;
export const localIp4 = (s: Scene): string => s.host.ip4;
export const hostName = (s: Scene): string => (s.cloudMs < s.host.renamedMs ? s.host.name : s.host.newName);
export const remoteIp4 = (s: Scene): string => s.random.pick(s.random.below(5) === 0 ? LAN_IP4 : REMOTE_IP4);
export const remoteIp6 = (s: Scene): string => s.random.pick(REMOTE_IP6);
export const ephemeralPort = integer(49152, 65535);
export const word = (s: Scene): string => s.random.pick(WORDS);
export const uuid = (s: Scene): string => s.random.uuid();
export const image = (s: Scene): string => s.process.program.image;
export const imageFile = (s: Scene): string => s.process.program.file;
export const imageSha256 = (s: Scene): string => s.process.program.sha256;
export const commandLine = (s: Scene): string => s.process.commandLine;

/** The file's number on its volume. */
export const fileIdentifier = (s: Scene): string => `${s.host.aid.slice(0, 16)}${s.random.hex(8)}00000000`;

/** A kernel object's address as the sensor writes it: an unsigned 64-bit number, beyond 2^53. */
export const kernelAddress = (s: Scene): string =>
  `18446${600_000_000_000_000 + Math.floor(s.random.fraction() * 140_000_000_000_000)}`;

/** What every event that a process caused carries. */
export const BY_PROCESS: Fields = { ContextProcessId: contextId, ContextTimeStamp: eventTime };
export const BY_THREAD: Fields = { ...BY_PROCESS, ContextThreadId: integer(10_000_000, 4_000_000_000_000) };
/** The remote procedure call through which Windows was asked for it. */
export const BY_RPC: Fields = {
  RpcClientProcessId: contextId,
  RpcClientThreadId: integer(10_000_000, 4_000_000_000_000),
  RpcNestingLevel: '0',
  RpcOpNum: integer(0, 60),
  InterfaceGuid: text('{guid}'),
  InterfaceVersion: oneOf('0', '1', '65536'),
};
/** What newer sensors add to many types. */
export const BY_USER: Fields = { LocalAddressIP4: localIp4, UserName: userName, UserPrincipal: (s) => s.process.user.principal };

const FOLDERS: Record<string, readonly string[]> = {
  Win: ['Downloads', 'Documents', 'Desktop', 'AppData\\\\Local\\\\Temp'],
  Mac: ['Downloads', 'Documents', 'Desktop'],
  Lin: ['work', 'src', 'tmp'],
};

/** A file of the acting user, its name of all sorts. */
export function userFile(extension: string): (s: Scene) => string {
  return (s) => {
    const folder = s.random.pick(FOLDERS[s.host.platform]!);
    const file = `${s.random.pick(FILE_STEMS)}${s.random.below(4) === 0 ? ` (${s.random.below(90)})` : ''}.${extension}`;
    if (s.host.platform === 'Win')
      return `\\\\Device\\\\HarddiskVolume3\\\\Users\\\\${s.process.user.name}\\\\${folder}\\\\${file}`;
    return `/${s.host.platform === 'Mac' ? 'Users' : 'home'}/${s.process.user.name}/${folder}/${file}`;
  };
}

/** A file of a program: temporary, cached, installed. */
const PROGRAM_FILES: Record<string, readonly Filled[]> = {
  Win: [
    'Windows\\Temp\\{x8}.tmp',
    'ProgramData\\{word}\\Cache\\{x16}',
    'Windows\\Prefetch\\{word}-{x8}.pf',
    'Windows\\System32\\LogFiles\\{word}.log',
  ].map((p) => template(`\\Device\\HarddiskVolume3\\${p}`)),
  Mac: [
    '/private/var/folders/{x2}/{x30}/T/{word}.{x6}',
    '/Library/Caches/com.{word}.{word}/{x16}',
    '/private/tmp/{word}.lock',
  ].map((p) => template(p)),
  Lin: ['/var/tmp/{word}.{x6}', '/var/lib/{word}/{x16}', '/tmp/{word}-{d5}.sock', '/var/log/{word}.log.1'].map((p) =>
    template(p),
  ),
};
export const programFile = (s: Scene): string => s.random.pick(PROGRAM_FILES[s.host.platform]!)(s.random);

/** Hashes of files that are no program of the sample: as many as a fleet sees, not one a line. */
export const fileSha256 = (s: Scene): string => FILE_HASHES[s.random.below(FILE_HASHES.length)]!;
export const fileMd5 = (s: Scene): string => FILE_HASHES_MD5[s.random.below(FILE_HASHES.length)]!;
const hashes = new Random(0xf11e, 0x4a54);
const FILE_HASHES = Array.from({ length: 2048 }, () => hashes.hex(64));
const FILE_HASHES_MD5 = Array.from({ length: 2048 }, () => hashes.hex(32));
