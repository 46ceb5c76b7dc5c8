/** The fleet of a sample. All strings are JSON text. */
import type { Platform } from './platform.js';
import { ProcessTable } from './processes.js';
import { Random } from './random.js';
import type { Software } from './software.js';
import { makeUser, systemUser, type User } from './users.js';
import { PLACES, REMOTE_IP4 } from './vocabulary.js';

export interface Host {
  aid: string;
  platform: Platform;
  /** the name up to {@link renamedMs} */
  name: string;
  newName: string;
  renamedMs: number;
  domain: string;
  ou: string;
  place: (typeof PLACES)[number];
  /** 1 desktop, 2 domain controller, 3 server */
  productType: '1' | '2' | '3';
  osVersion: string;
  manufacturer: string;
  model: string;
  ip4: string;
  ip6: string;
  mac: string;
  gatewayIp: string;
  gatewayMac: string;
  /** address the cloud sees; empty as FDR leaves it on some hosts, undefined where it has no such key */
  aip: string | undefined;
  agentVersion: string;
  configBuild: string;
  configStateHash: string;
  /** the operating system's own account */
  system: User;
  users: readonly User[];
  bootMs: number;
  /** added to every endpoint time: a few hosts' clocks are years off */
  clockErrorMs: number;
  processes: ProcessTable;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

const PLATFORMS: readonly Platform[] = ['Win', 'Win', 'Win', 'Win', 'Mac', 'Win', 'Win', 'Lin', 'Win', 'Win'];
const SENSOR = {
  Win: { version: '7.21.19205.0', build: '1007.3.0019205.1', os: ['Windows 11', 'Windows 10', 'Windows Server 2022'] },
  Mac: { version: '7.21.19505.0', build: '1007.4.0019505.1', os: ['Sequoia (15)', 'Sonoma (14)'] },
  Lin: { version: '7.21.17405.0', build: '1007.8.0017405.1', os: ['Ubuntu 24.04', 'RHEL 9.4', 'Amazon Linux 2023'] },
} as const;
const MAKERS = [
  ['Dell Inc.', 'Latitude 7450'],
  ['LENOVO', '21CBCTO1WW'],
  ['HP', 'HP EliteBook 840 G11'],
  ['VMware, Inc.', 'VMware20,1'],
  ['Microsoft Corporation', 'Virtual Machine'],
] as const;

function clockError(index: number): number {
  if (index % 50 === 17) return -Math.round(6.2 * YEAR_MS);
  if (index % 50 === 38) return Math.round(3.4 * YEAR_MS);
  return 0;
}

/** The address as the cloud sees it; behind one address stand many hosts. */
function publicAddress(index: number, random: Random): string | undefined {
  if (index % 40 === 11) return '';
  if (index % 40 === 23) return undefined;
  return random.pick(REMOTE_IP4);
}

function mac(random: Random): string {
  return (random.hex(12).match(/../g) as string[]).join('-').toUpperCase();
}

/** Host `index` of the fleet, up since some days before `startMs`. */
function makeHost(
  index: number,
  domainSid: string,
  software: Record<Platform, Software>,
  startMs: number,
  maxProcesses: number,
  random: Random,
): Host {
  const platform = PLATFORMS[index % PLATFORMS.length]!;
  const sensor = SENSOR[platform];
  const place = random.pick(PLACES);
  const productType =
    platform === 'Lin' ? '3' : platform === 'Win' && index % 25 === 2 ? '2' : platform === 'Win' && index % 10 === 5 ? '3' : '1';
  const kind = productType === '1' ? (platform === 'Mac' ? 'MAC' : 'WS') : productType === '2' ? 'DC' : 'SRV';
  const name = `${place.site}-${kind}-${String(index).padStart(4, '0')}`;
  const clockErrorMs = clockError(index);
  const bootMs = startMs - random.between(2 * DAY_MS, 25 * DAY_MS) + clockErrorMs;
  const domain = platform === 'Win' ? 'CORP' : '';
  const [manufacturer, model] = platform === 'Mac' ? ['Apple Inc.', 'MacBookPro18,3'] : random.pick(MAKERS);
  const subnet = `10.${1 + (index % 60)}.${random.below(200)}`;
  const aid = random.hex(32);
  const system = systemUser(platform, bootMs);
  const users = Array.from({ length: productType === '1' ? 1 + (index % 2) : 3 }, (_, i) =>
    makeUser(index * 3 + i, domain, domainSid, bootMs, random),
  );
  return {
    aid,
    platform,
    name,
    newName: index % 30 === 9 ? `${name}-R` : name,
    renamedMs: startMs + random.below(3 * DAY_MS),
    domain,
    ou: productType === '1' ? `${place.site};Workstations` : `${place.site};Servers`,
    place,
    productType,
    osVersion: productType === '1' ? sensor.os[0] : sensor.os[sensor.os.length - 1]!,
    manufacturer,
    model,
    ip4: `${subnet}.${random.between(10, 250)}`,
    ip6: `fe80::${random.hex(4)}:${random.hex(4)}:${random.hex(4)}:${random.hex(4)}`,
    mac: mac(random),
    gatewayIp: `${subnet}.1`,
    gatewayMac: mac(random),
    aip: publicAddress(index, random),
    agentVersion: sensor.version,
    configBuild: sensor.build,
    configStateHash: String(random.next()),
    system,
    users,
    bootMs,
    clockErrorMs,
    processes: new ProcessTable(platform, software[platform], { system, users, bootMs, maxProcesses }, random),
  };
}

/** About 80 % Windows, 10 % macOS, 10 % Linux. What the hosts hold in memory grows with their number only. */
export function makeHosts(count: number, seed: number, software: Record<Platform, Software>, startMs: number): Host[] {
  const random = new Random(seed, 0x4057);
  const domainSid = `S-1-5-21-${random.next()}-${random.next()}-${random.next()}`;
  const maxProcesses = Math.max(6, Math.min(48, Math.floor(100_000 / count)));
  return Array.from({ length: count }, (_, index) => makeHost(index, domainSid, software, startMs, maxProcesses, random));
}
