/** The secondary feeds: once a day, what the cloud knows of hosts, users, applications and strangers on the network. */
import type { Host } from './hosts.js';
import { feedFolder, partName } from './layout.js';
import type { FilledSampleOptions } from './options.js';
import { Random } from './random.js';
import { FEEDS, type Feed } from './report.js';
import { Sink } from './sink.js';
import { epochSeconds } from './time.js';
import { VENDORS, WORDS } from './vocabulary.js';

/** JSON text by key; keys that a row lacks are not written. */
type Row = Record<string, string | undefined>;

interface Day {
  hosts: readonly Host[];
  cid: string;
  nowMs: number;
  random: Random;
}

const DAY_MS = 86_400_000;

function* aidmaster({ hosts, cid, nowMs, random }: Day): Generator<Row> {
  for (const host of hosts) {
    yield {
      aid: host.aid,
      cid,
      aip: host.aip,
      event_platform: host.platform,
      Time: epochSeconds(nowMs - random.below(DAY_MS)),
      FirstSeen: epochSeconds(host.bootMs - host.clockErrorMs - 90 * DAY_MS),
      AgentLoadFlags: random.chance(0.5) ? '0' : '1',
      AgentLocalTime: epochSeconds(nowMs + host.clockErrorMs),
      AgentTimeOffset: `${host.clockErrorMs / 1000 - 0.5}`,
      AgentVersion: host.agentVersion,
      BiosManufacturer: host.manufacturer,
      BiosVersion: '1.24.0',
      ChassisType: host.productType === '1' ? 'Notebook' : 'none',
      City: host.place.city,
      ComputerName: nowMs < host.renamedMs ? host.name : host.newName,
      ConfigBuild: host.configBuild,
      ConfigIDBuild: host.configBuild.slice(-8, -2),
      Continent: host.place.continent,
      Country: host.place.country,
      FalconGroupingTags: random.chance(0.7) ? '-' : 'FalconGroupingTags/Finance;FalconGroupingTags/EU',
      HostHiddenStatus: 'Visible',
      MachineDomain: host.domain === '' ? 'none' : 'corp.example',
      OU: host.domain === '' ? 'none' : host.ou,
      PointerSize: '8',
      ProductType: random.chance(0.5) ? host.productType : `${host.productType}.0`,
      SensorGroupingTags: '-',
      ServicePackMajor: '0',
      SiteName: host.place.site,
      SystemManufacturer: host.manufacturer,
      SystemProductName: host.model,
      Timezone: host.place.timezone,
      Version: host.osVersion,
    };
  }
}

function* managedassets({ hosts, cid, nowMs }: Day): Generator<Row> {
  for (const host of hosts) {
    yield {
      _time: epochSeconds(nowMs),
      aid: host.aid,
      cid,
      GatewayIP: host.gatewayIp,
      GatewayMAC: host.gatewayMac,
      InterfaceAlias: host.platform === 'Win' ? 'Ethernet' : 'en0',
      InterfaceDescription: 'Intel(R) Ethernet Connection I219-LM',
      LocalAddressIP4: host.ip4,
      MAC: host.mac,
      MACPrefix: host.mac.slice(0, 8),
    };
  }
}

function* notmanaged({ hosts, cid, nowMs, random }: Day): Generator<Row> {
  for (let i = 0; i * 5 < hosts.length; i++) {
    const seen = [random.pick(hosts), random.pick(hosts)];
    const ips = seen.map((host) => host.ip4);
    yield {
      _time: epochSeconds(nowMs),
      cid,
      aip: seen[0]!.aip,
      aipCount: '1',
      ComputerName: '',
      CurrentLocalIP: ips[0],
      FirstDiscoveredDate: epochSeconds(nowMs - random.below(40 * DAY_MS)),
      LastDiscoveredBy: seen[0]!.aid,
      LocalAddressIP4: ips.join(' '),
      __mv_LocalAddressIP4: ips.map((ip) => `$${ip}$`).join(';'),
      MAC: (random.hex(12).match(/../g) as string[]).join('-').toUpperCase(),
      MACPrefix: (random.hex(6).match(/../g) as string[]).join('-').toUpperCase(),
      NeighborName: random.chance(0.4) ? '!!!!UNKNOWN!!!!' : `printer-${random.pick(WORDS)}`,
      discovererCount: '2',
      discoverer_aid: seen.map((host) => host.aid).join(' '),
      __mv_discoverer_aid: seen.map((host) => `$${host.aid}$`).join(';'),
      discoverer_devicetype: 'VM',
      localipCount: '2',
      subnet: ips[0]!.slice(0, ips[0]!.lastIndexOf('.')),
    };
  }
}

function* userinfo({ hosts, cid, nowMs, random }: Day): Generator<Row> {
  for (const host of hosts) {
    if (host.platform !== 'Win') continue;
    for (const user of host.users) {
      yield {
        _time: epochSeconds(nowMs),
        cid,
        event_platform: 'Win',
        AccountType: 'Domain User',
        DomainUser: 'Yes',
        LastLoggedOnHost: host.name,
        LocalAdminAccess: user.isAdmin === '1' ? 'Yes' : 'No',
        LoggedOnHostCount: '1',
        LogonInfo: 'Domain User Logon',
        LogonTime: epochSeconds(user.logonMs - host.clockErrorMs),
        LogonType: random.chance(0.5) ? '2' : '10',
        PasswordLastSet: random.chance(0.1) ? 'none' : epochSeconds(nowMs - random.below(100 * DAY_MS)),
        User: `${user.domain}\\\\${user.name}`,
        UserIsAdmin: user.isAdmin,
        UserLogonFlags_decimal: '0',
        UserName: user.name,
        UserSid_readable: user.sid,
        monthsincereset: '1',
      };
    }
  }
}

function* appinfo({ hosts, cid, nowMs, random }: Day): Generator<Row> {
  for (const vendor of VENDORS) {
    const app = random.pick(WORDS);
    const host = random.pick(hosts);
    yield {
      _time: epochSeconds(nowMs),
      cid,
      Category: 'Business',
      CompanyName: vendor,
      FileDescription: `${app} – ${vendor}`,
      FileName: `${app}.exe`,
      FileVersion: '3.1.4.0',
      ProductName: `${vendor} ${app}`,
      ProductVersion: '3.1.4',
      SHA256HashData: random.hex(64),
      SoftwareType: 'Application',
      detectionCount: random.chance(0.5) ? '0' : '1.0',
      hostname: host.name,
      installationTimestamp: epochSeconds(nowMs - random.below(400 * DAY_MS)),
    };
  }
}

const ROWS: Record<Feed, (day: Day) => Generator<Row>> = { aidmaster, managedassets, notmanaged, userinfo, appinfo };

function rowLine(row: Row): string {
  const members = Object.entries(row).filter(([, value]) => value !== undefined);
  return `{${members.map(([key, value]) => `"${key}":"${value}"`).join(',')}}`;
}

/** What the writer of the sample does with a finished file or folder. */
export interface FeedTarget {
  written(feed: Feed, sink: Sink): Promise<void>;
  complete(folder: string): Promise<void>;
}

/** One batch a feed and day, at the start of the day. */
export async function writeFeeds(
  options: FilledSampleOptions,
  fleet: { hosts: readonly Host[]; cid: string },
  target: FeedTarget,
): Promise<void> {
  const random = new Random(options.seed, 0xfeed);
  for (let day = 0; day < options.days; day++) {
    const nowMs = options.startMs + day * DAY_MS;
    for (const feed of FEEDS) {
      const folder = feedFolder(feed, random.uuid());
      const sink = await Sink.open(options.directory, `${folder}/${partName(0)}.gz`);
      for (const row of ROWS[feed]({ hosts: fleet.hosts, cid: fleet.cid, nowMs, random })) {
        if (sink.add(rowLine(row))) await sink.drain();
      }
      await target.written(feed, sink);
      await target.complete(folder);
    }
  }
}
