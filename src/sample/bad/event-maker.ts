/** Makes the small events that bad input is made from: correct unless told otherwise. */
import { Random } from '../random.js';
import { epochSeconds } from '../time.js';

/** Members by key, each value as JSON; undefined leaves the key out. */
export type Members = Record<string, string | undefined>;

export class EventMaker {
  private readonly random: Random;
  private readonly aid: string;
  private count = 0;

  constructor(
    seed: number,
    private readonly cid: string,
    private readonly startMs: number,
  ) {
    this.random = new Random(seed, 0xbad);
    this.aid = this.random.hex(32);
  }

  /** A NetworkConnectIP4 event with a new id, one second after the last; `changes` override, add or leave out members. */
  event(changes: Members = {}): string {
    const cloudMs = this.startMs + ++this.count * 1000;
    const members: Members = {
      event_simpleName: '"NetworkConnectIP4"',
      name: '"NetworkConnectIP4V12"',
      event_platform: '"Win"',
      id: `"${this.random.uuid()}"`,
      aid: `"${this.aid}"`,
      cid: `"${this.cid}"`,
      aip: '"198.51.100.7"',
      timestamp: `"${cloudMs}"`,
      ContextTimeStamp: `"${epochSeconds(cloudMs - 4000)}"`,
      ConfigBuild: '"1007.3.0019205.1"',
      ConfigStateHash: '"1763245019"',
      EffectiveTransmissionClass: '"3"',
      Entitlements: '"15"',
      EventOrigin: '"1"',
      ContextProcessId: '"612345678901"',
      ConnectionDirection: '"0"',
      ConnectionFlags: '"0"',
      InContext: '"0"',
      Protocol: '"6"',
      LocalAddressIP4: '"10.1.2.3"',
      LocalPort: '"50123"',
      RemoteAddressIP4: '"198.51.100.9"',
      RemotePort: '"443"',
      ...changes,
    };
    const list = Object.entries(members).filter((member): member is [string, string] => member[1] !== undefined);
    return `{${list.map(([key, value]) => `"${key}":${value}`).join(',')}}`;
  }

  /** The same for a process start. */
  process(changes: Members = {}): string {
    return this.event({
      event_simpleName: '"ProcessRollup2"',
      name: '"ProcessRollup2V19"',
      ContextProcessId: undefined,
      ContextTimeStamp: undefined,
      ProcessStartTime: `"${epochSeconds(this.startMs + this.count * 1000)}"`,
      TargetProcessId: `"${700_000_000_000 + this.count}"`,
      ParentProcessId: '"612345678901"',
      RawProcessId: '"4321"',
      ImageFileName: '"\\\\Device\\\\HarddiskVolume3\\\\Tools\\\\tool.exe"',
      CommandLine: '"tool.exe /quiet"',
      SHA256HashData: `"${this.random.hex(64)}"`,
      MD5HashData: `"${this.random.hex(32)}"`,
      UserSid: '"S-1-5-18"',
      ...changes,
    });
  }
}
