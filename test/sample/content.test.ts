import { beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPES, shareOf } from '../../src/sample/mix.js';
import type { Platform } from '../../src/sample/platform.js';
import { type SampleReport, writeSample } from '../../src/sample/sample.js';
import { type Event, eventLines, inflate, isFeedFile, linesOf, listFiles, newFolder, typeOf } from './read-sample.js';

const directory = newFolder();
const EVENTS = 60_000;
let report: SampleReport;
let lines: string[];
let events: Event[];

beforeAll(async () => {
  report = await writeSample({ directory, events: EVENTS, hosts: 100, seed: 20260302 });
  lines = eventLines(directory);
  events = lines.map((line) => JSON.parse(line));
}, 120_000);

const ofType = (type: string, platform?: Platform): Event[] =>
  events.filter((event) => typeOf(event) === type && (platform === undefined || event.event_platform === platform));
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))]!;

describe('lines', () => {
  it('are JSON objects, one a line, sensor events flat and all strings', () => {
    const typed = new Set<string>();
    for (const event of events) {
      if (event.id === undefined || event.File !== undefined) continue;
      for (const [key, value] of Object.entries(event)) if (typeof value !== 'string') typed.add(key);
    }
    expect([...typed]).toEqual(['Attacks']);
  });

  it('have every key once, in an order that changes', () => {
    const orders = new Set<string>();
    for (const line of lines) {
      const event = JSON.parse(line);
      if (typeOf(event) !== 'EndOfProcess' || event.event_platform !== 'Win') continue;
      const keys = [...line.matchAll(/"(\w+)":"/g)].map((match) => match[1]);
      if (new Set(keys).size !== keys.length) expect.fail(`a key twice in ${line}`);
      orders.add(keys.join());
    }
    expect(orders.size).toBeGreaterThan(report.types.EndOfProcess! * 0.7);
  });

  it('carry an id of their own, a UUID of version 1 that holds the cloud time', () => {
    const ids = events.flatMap((event) =>
      typeof event.id === 'string' && event.event_simpleName !== 'DataEgressEnriched'
        ? [[event.id, event.timestamp] as const]
        : [],
    );
    expect(new Set(ids.map(([id]) => id)).size).toBe(ids.length);
    for (const [id, timestamp] of ids) {
      const [, low, middle, high] = /^([0-9a-f]{8})-([0-9a-f]{4})-1([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(id)!;
      const ms = BigInt(`0x${high}${middle}${low}`) / 10_000n - 12_219_292_800_000n;
      if (ms !== BigInt(timestamp as string)) expect.fail(`${id} does not hold ${timestamp}`);
    }
  });

  it('are on average as long as on real feeds', () => {
    const average = report.bytes.inflated / EVENTS;
    expect(average).toBeGreaterThan(1100);
    expect(average).toBeLessThan(1450);
    const length = (type: string): number => {
      const own = lines.filter(
        (line) => line.includes(`"event_simpleName":"${type}"`) && line.includes('"event_platform":"Win"'),
      );
      return own.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / own.length;
    };
    for (const [type, bytes] of [
      ['ProcessRollup2', 1289],
      ['EndOfProcess', 2154],
      ['NetworkConnectIP4', 650],
      ['DnsRequest', 764],
      ['SensorHeartbeat', 549],
      ['ImageHash', 1022],
    ] as const) {
      expect(length(type) / bytes, type).toBeGreaterThan(0.7);
      expect(length(type) / bytes, type).toBeLessThan(1.3);
    }
  });
});

describe('mix', () => {
  it('has more than 90 types and a few that nobody knows', () => {
    expect(Object.keys(report.types).length).toBeGreaterThan(150);
    for (const type of ['GenAiPromptSubmitted', 'BrowserTabIsolated']) expect(report.types[type]).toBeGreaterThan(0);
  });

  it('follows the shares of the tables and of real feeds', () => {
    for (const platform of ['Win', 'Mac', 'Lin'] as const) {
      const shares = EVENT_TYPES.map((event) => shareOf(event, platform));
      const sum = shares.reduce((a, b) => a + b);
      expect(sum / 10_000).toBeGreaterThan(0.85);
      expect(sum / 10_000).toBeLessThan(1.1);
    }
    const windows = events.filter((event) => event.event_platform === 'Win').length;
    for (const [type, share] of [
      ['ProcessRollup2', 0.26],
      ['EndOfProcess', 0.24],
      ['NetworkConnectIP4', 0.125],
      ['DnsRequest', 0.065],
      ['SensorHeartbeat', 0.03],
      ['ImageHash', 0.03],
      ['ExecutableDeleted', 0.03],
      ['NewExecutableWritten', 0.03],
    ] as const) {
      const found = ofType(type, 'Win').length / windows;
      expect(found / share, type).toBeGreaterThan(0.88);
      expect(found / share, type).toBeLessThan(1.12);
    }
    expect(report.platforms.Win / EVENTS).toBeGreaterThan(0.7);
    expect(report.platforms.Mac / EVENTS).toBeGreaterThan(0.07);
    expect(report.platforms.Lin / EVENTS).toBeGreaterThan(0.07);
  });

  it('has no type twice', () => {
    expect(new Set(EVENT_TYPES.map((event) => event.type)).size).toBe(EVENT_TYPES.length);
  });
});

describe('processes', () => {
  it('join up: who acts was started before, on the same host', () => {
    const started = new Map<string, number>();
    let acted = 0;
    let joined = 0;
    for (const event of events) {
      const type = typeOf(event);
      if (type === 'ProcessRollup2' || type === 'SyntheticProcessRollup2') {
        const key = `${event.aid} ${event.TargetProcessId}`;
        if (started.has(key)) expect.fail(`${key} started twice`);
        started.set(key, Number(event.ProcessStartTime));
      } else if (event.event_platform === 'Win' && event.ContextProcessId !== undefined && event.aid !== undefined) {
        acted++;
        const startTime = started.get(`${event.aid} ${event.ContextProcessId}`);
        if (startTime === undefined) continue;
        joined++;
        if (typeof event.ContextTimeStamp === 'string' && event.ContextTimeStamp.length < 16)
          if (Number(event.ContextTimeStamp) < startTime) expect.fail(`${event.id} before its process`);
      }
    }
    expect(acted).toBeGreaterThan(20_000);
    expect(joined / acted).toBeGreaterThan(0.99);
  });

  it('end once, after their start, and have known parents', () => {
    const known = new Set<string>();
    const ended = new Set<string>();
    let parents = 0;
    for (const event of events) {
      const key = `${event.aid} ${event.TargetProcessId}`;
      if (event.event_simpleName === 'ProcessRollup2') {
        if (known.has(`${event.aid} ${event.ParentProcessId}`)) parents++;
        known.add(key);
      } else if (event.event_simpleName === 'SyntheticProcessRollup2') {
        known.add(key);
      } else if (event.event_simpleName === 'EndOfProcess') {
        if (ended.has(key) || !known.has(key)) expect.fail(`${key} ended twice or never started`);
        ended.add(key);
        if (Number(event.ContextTimeStamp) <= Number(event.ProcessStartTime)) expect.fail(`${key} ended before it started`);
      }
    }
    expect(parents / report.types.ProcessRollup2!).toBeGreaterThan(0.99);
  });

  it('have ids beyond 2^53 on every Mac and on no Windows host', () => {
    const ids = (platform: Platform): number[] =>
      ofType('ProcessRollup2', platform).map((event) => Number(event.TargetProcessId));
    expect(Math.min(...ids('Mac'))).toBeGreaterThan(2 ** 53);
    expect(Math.max(...ids('Win'))).toBeLessThan(2 ** 53);
    const linux = ids('Lin');
    expect(Math.min(...linux)).toBeLessThan(2 ** 53);
  });
});

describe('time', () => {
  it('arrives as late as on real feeds', () => {
    const delays = events
      .filter(
        (event) =>
          event.event_simpleName !== 'SyntheticProcessRollup2' &&
          /^\d{10}\.\d{3}$/.test(String(event.ContextTimeStamp)) &&
          /^\d{13}$/.test(String(event.timestamp)),
      )
      .map((event) => Number(event.timestamp) - Math.round(Number(event.ContextTimeStamp) * 1000))
      .filter((ms) => Math.abs(ms) < 4 * 86_400_000)
      .sort((a, b) => a - b);
    expect(delays.filter((ms) => ms < 0).length / delays.length).toBeGreaterThan(0.1);
    expect(delays.filter((ms) => ms < 0).length / delays.length).toBeLessThan(0.14);
    expect(Math.abs(quantile(delays, 0.5) - 4000)).toBeLessThan(500);
    expect(Math.abs(quantile(delays, 0.9) - 21_600)).toBeLessThan(2000);
    expect(Math.abs(quantile(delays, 0.99) - 57_600)).toBeLessThan(6000);
    expect(delays.at(-1)!).toBeGreaterThan(86_400_000);
    expect(delays.at(-1)!).toBeLessThanOrEqual(215_276_000);
  });

  it('is years off on a few hosts', () => {
    const off = new Set(
      events
        .filter(
          (event) =>
            event.aid !== undefined &&
            Math.abs(Number(event.timestamp) / 1000 - Number(event.ContextTimeStamp)) > 365 * 86_400 &&
            String(event.ContextTimeStamp).length < 15,
        )
        .map((event) => event.aid),
    );
    expect(off.size).toBeGreaterThanOrEqual(2);
    expect(off.size).toBeLessThanOrEqual(4);
  });

  it('is FILETIME where volumes go, and before 1970 where addresses come', () => {
    for (const event of ofType('FsVolumeUnmounted', 'Win'))
      expect(Number(event.ContextTimeStamp)).toBeGreaterThan(0x0100000000000000);
    expect(ofType('LocalIpAddressIP4').some((event) => Number(event.CreationTimeStamp) < 0)).toBe(true);
  });
});

describe('values', () => {
  it('are absent in all the ways FDR has', () => {
    const values = new Set(events.flatMap((event) => Object.values(event)));
    for (const absent of ['', '0'.repeat(40), 'none', '-', 'N/A', '0.0.0.0']) expect(values.has(absent), absent).toBe(true);
    expect(events.some((event) => event.aip === '')).toBe(true);
    expect(events.some((event) => event.aid !== undefined && event.aip === undefined)).toBe(true);
    expect(lines.some((line) => line.includes('!!!!UNKNOWN!!!!'))).toBe(true);
  });

  it('are escaped and spelt as FDR does', () => {
    expect(lines.some((line) => line.includes('\\u003d'))).toBe(true);
    expect(ofType('RegGenericValueUpdate').every((event) => String(event.RegStringValue).includes('\0'))).toBe(true);
    expect(ofType('ScriptControlScanTelemetry').every((event) => String(event.ScriptContent).includes('\r\n'))).toBe(true);
    expect(ofType('CommandHistory').every((event) => String(event.CommandHistory).split('¶').length === 5)).toBe(true);
    expect(
      ofType('ProcessRollup2', 'Win').every((event) => String(event.ImageFileName).startsWith('\\Device\\HarddiskVolume3\\')),
    ).toBe(true);
    expect(events.some((event) => /müller/.test(String(event.UserName)))).toBe(true);
    expect(events.some((event) => /📊/.test(String(event.TargetFileName)))).toBe(true);
  });

  it('are lists that end in a semicolon where names were resolved', () => {
    let found = 0;
    for (const event of ofType('DnsRequest')) {
      if (event.QueryStatus === '9003') expect(event.IP4Records).toBe('');
      else {
        found++;
        expect(event.IP4Records).toMatch(/^(\d+\.\d+\.\d+\.\d+;)+$/);
      }
    }
    expect(found).toBeGreaterThan(1000);
    expect(ofType('DnsRequest').some((event) => String(event.IP6Records).endsWith(';'))).toBe(true);
    expect(ofType('DnsRequest').some((event) => String(event.CNAMERecords).endsWith(';'))).toBe(true);
  });

  it('are typed and nested on external events', () => {
    const external = lines.filter((line) => line.includes('"EventType":"Event_ExternalApiEvent"'));
    expect(external.length).toBeGreaterThan(100);
    for (const line of external) {
      const event = JSON.parse(line);
      expect(event.event_simpleName).toBeUndefined();
      expect(event.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(typeof event.UTCTimestamp).toBe('number');
    }
    const detections = external.filter((line) => line.includes('Event_EppDetectionSummaryEvent'));
    for (const line of detections) {
      const digits = /"ProcessId":(\d+)/.exec(line)![1]!;
      expect(BigInt(digits)).toBeGreaterThan(2n ** 53n);
      expect(Array.isArray(JSON.parse(line).FilesWritten)).toBe(true);
      expect(typeof JSON.parse(line).PatternDispositionFlags.Detect).toBe('boolean');
    }
    const audit = external.map((line) => JSON.parse(line)).filter((event) => event.AuditKeyValues !== undefined);
    expect(audit.length).toBeGreaterThan(10);
    for (const event of audit)
      expect(event.AuditKeyValues[0]).toEqual({ Key: expect.any(String), ValueString: expect.any(String) });
    for (const type of [
      'Event_ModuleSummaryInfoEvent',
      'Event_DetectionSummaryEvent',
      'Event_AuthActivityAuditEvent',
      'ZeroTrustHostAssessment',
      'cspm_policy_21',
      'CloudSecurityIOMEvaluation',
      'DataEgressEnriched',
    ]) {
      expect(report.types[type], type).toBeGreaterThan(0);
    }
  });
});

describe('feeds', () => {
  it('know every host of the events, by name and by renaming', () => {
    const rows = listFiles(directory)
      .filter((path) => isFeedFile(path) && path.includes('/aidmaster/'))
      .flatMap((path) => linesOf(inflate(directory, path)).map((line) => JSON.parse(line)));
    const aids = new Set(rows.map((row) => row.aid));
    expect(aids.size).toBe(100);
    expect(events.filter((event) => event.aid !== undefined && !aids.has(event.aid))).toEqual([]);
    for (const row of rows) expect(row.cid).toBe(report.cid);
  });

  it('know the users of Windows events by SID', () => {
    const sids = new Set(
      listFiles(directory)
        .filter((path) => isFeedFile(path) && path.includes('/userinfo/'))
        .flatMap((path) => linesOf(inflate(directory, path)).map((line) => JSON.parse(line).UserSid_readable)),
    );
    for (const event of ofType('ProcessRollup2', 'Win'))
      if (event.UserSid !== 'S-1-5-18') expect(sids.has(event.UserSid)).toBe(true);
  });
});
