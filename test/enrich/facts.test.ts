/** What facts fill, on events made by hand: what wins, what is a fallback, what is nobody's. */
import { describe, expect, it } from 'vitest';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import type { Row } from '../normalize/rows.js';
import { archiveOf, convertLines, type Line, snapshotOf, textOf } from './enriched.js';

const AID = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const OTHER_AID = 'aa00bb11cc22dd33ee44ff5566778899';
const CID = 'c1d0000000000000000000000000000a';
const SID = 'S-1-5-21-1004336348-1177238915-682003330-1001';
const at = (second: number) => `${1_772_445_600 + second}.0`;

const host = (second: number, more: Line = {}): Line => ({
  aid: AID,
  cid: CID,
  AgentLoadFlags: '0',
  Time: at(second),
  ComputerName: 'FIN-LT-042',
  event_platform: 'Win',
  ...more,
});

let ids = 0;
const event = (type: string, second: number, more: Line = {}): Line => ({
  event_simpleName: type,
  id: `e-${ids++}`,
  aid: AID,
  cid: CID,
  timestamp: String((1_772_445_600 + second) * 1000),
  ContextTimeStamp: at(second),
  ...more,
});

const heartbeat = (second: number, more: Line = {}) => event('SensorHeartbeat', second, more);
const rollup = (id: string, parent: string, more: Line = {}) =>
  event('ProcessRollup2', 5, {
    TargetProcessId: id,
    ParentProcessId: parent,
    ImageFileName: `\\Device\\Disk1\\bin\\${id}.exe`,
    CommandLine: `${id}.exe /run`,
    SHA256HashData: 'ab'.repeat(32),
    ...more,
  });
const dns = (more: Line = {}) => event('DnsRequest', 9, { DomainName: 'example.com', ContextProcessId: '700', ...more });

async function enriched(files: Record<string, readonly Line[]>, lines: readonly Line[], processBytes?: number) {
  const { tables, report } = await snapshotOf(await archiveOf(files));
  const done = convertLines('1.2.0', textOf(lines), { tables, ...(processBytes && { processBytes }) });
  return { ...done, report };
}

const aidmaster = (...rows: Line[]) => ({ 'fdrv2/aidmaster/b/part-0.gz': rows });
const userinfo = (...rows: Line[]) => ({ 'fdrv2/userinfo/b/part-0.gz': rows });
const data = (...rows: Line[]) => ({ 'data/b/part-0.gz': rows });
const device = (row: Row | undefined) => row!.device as Row;
const actor = (row: Row | undefined) => row!.actor as Row;
const mark = (row: Row | undefined) => (row!.unmapped as Row | undefined)?.['falconry.enriched_later'];

describe('the host', () => {
  it('is as it was at the event’s time; before its first row as that says, and marked', async () => {
    const files = aidmaster(host(20, { ComputerName: 'RENAMED' }), host(10));
    const { rows, enrichment } = await enriched(
      files,
      [5, 10, 15, 20, 25].map((second) => heartbeat(second)),
    );
    expect(rows.map((row) => device(row).hostname)).toEqual(['FIN-LT-042', 'FIN-LT-042', 'FIN-LT-042', 'RENAMED', 'RENAMED']);
    expect(rows.map(mark)).toEqual(['device', undefined, undefined, undefined, undefined]);
    expect(enrichment!.outcomes.host).toEqual({ found: 4, later: 1, missing: 0 });
  });

  it('does not overrule the event', async () => {
    const files = aidmaster(host(0, { MachineDomain: 'corp.example', Version: 'Windows 11', ProductType: '3' }));
    const [row] = (await enriched(files, [heartbeat(5, { ComputerName: 'OWN-NAME', event_platform: 'Lin' })])).rows;
    expect(device(row)).toMatchObject({
      hostname: 'OWN-NAME',
      domain: 'corp.example',
      os: { name: 'Linux', type: 'Linux', type_id: 200, version: 'Windows 11' },
      type: 'Server',
    });
  });

  it('is not marked where a later row had nothing to add', async () => {
    const files = aidmaster(host(20));
    const [row] = (await enriched(files, [heartbeat(5, { ComputerName: 'OWN-NAME', event_platform: 'Win' })])).rows;
    expect(device(row).hostname).toBe('OWN-NAME');
    expect(mark(row)).toBeUndefined();
  });

  it('has no operating system where neither row tells its name', async () => {
    const files = aidmaster(host(0, { event_platform: 'none', Version: 'Windows 11' }));
    const [row] = (await enriched(files, [heartbeat(5)])).rows;
    expect(device(row).os).toBeUndefined();
    expect(device(row).hostname).toBe('FIN-LT-042');
  });

  it('brings groups, site and model, and no placeholder', async () => {
    const tags = { FalconGroupingTags: 'FalconGroupingTags/A;FalconGroupingTags/B', SensorGroupingTags: '-' };
    const files = aidmaster(host(0, { ...tags, SiteName: 'DD-1', SystemProductName: 'Book 14', MachineDomain: 'none' }));
    const [row] = (await enriched(files, [heartbeat(5)])).rows;
    expect(device(row)).toMatchObject({
      groups: [{ name: 'FalconGroupingTags/A' }, { name: 'FalconGroupingTags/B' }],
      zone: 'DD-1',
      desc: 'Book 14',
    });
    expect(device(row).domain).toBeUndefined();
    expect(row!.observables).toContainEqual({ name: 'device.hostname', type_id: 1, type: 'Hostname', value: 'FIN-LT-042' });
  });

  it('is another’s where nothing is known of this one', async () => {
    const { rows, enrichment } = await enriched(aidmaster(host(0)), [heartbeat(5, { aid: OTHER_AID })]);
    expect(device(rows[0]).hostname).toBeUndefined();
    expect(enrichment!.outcomes.host).toEqual({ found: 0, later: 0, missing: 1 });
  });

  it('leaves a field that bears the mark’s name as it is', async () => {
    const [row] = (await enriched(aidmaster(host(20)), [heartbeat(5, { 'falconry.enriched_later': 'mine' })])).rows;
    expect(device(row).hostname).toBe('FIN-LT-042');
    expect(mark(row)).toBe('mine');
  });

  it('keeps rows apart from those that the conversion quarantines', async () => {
    const { report } = await enriched(aidmaster(host(0, { Time: 'none' }), host(0, { aid: '' }), host(0)), []);
    expect(report.tables.hosts).toEqual({ rows: 1, owners: 1, versions: 1 });
    expect(report.passedOver).toEqual({ 'not-an-event': 0, 'no-time': 1, 'no-key': 1 });
  });
});

describe('the user', () => {
  const info = (second: number, more: Line = {}): Line => ({
    _time: at(second),
    cid: CID,
    LogonInfo: 'x',
    UserName: 'ada',
    User: 'CORP\\ada',
    UserIsAdmin: '1',
    UserSid_readable: SID,
    ...more,
  });
  const identity = (second: number, more: Line = {}) =>
    event('UserIdentity', second, {
      UserSid: SID,
      UserName: 'ada.l',
      UserPrincipal: 'ada@corp.example',
      LogonDomain: 'CORP',
      ...more,
    });
  // a thread injected by a user whose name the event does not tell
  const act = (second: number, more: Line = {}) =>
    event('InjectedThread', second, { ContextProcessId: '700', TargetProcessId: '701', UserSid: SID, ...more });

  it('is as the host’s own UserIdentity says, else as the tenant’s userinfo', async () => {
    const files = { ...userinfo(info(0)), ...data(identity(10, { aid: OTHER_AID })) };
    const { rows } = await enriched(files, [act(20), act(20, { aid: OTHER_AID }), act(20, { cid: 'another', aid: 'another' })]);
    expect(actor(rows[0]).user).toEqual({ name: 'ada', domain: 'CORP', uid: SID, type: 'Admin', type_id: 2 });
    expect(actor(rows[1]).user).toMatchObject({ name: 'ada.l', domain: 'CORP', uid_alt: 'ada@corp.example', type: 'Admin' });
    expect(actor(rows[2]).user).toEqual({ uid: SID });
  });

  it('takes a fact of after the event only where there is none of before', async () => {
    const { rows } = await enriched({ ...userinfo(info(0)), ...data(identity(30)) }, [act(20)]);
    expect(actor(rows[0]).user).toMatchObject({ name: 'ada' });
    expect(mark(rows[0])).toBeUndefined();
    const later = await enriched(data(identity(30)), [act(20)]);
    expect(actor(later.rows[0]).user).toMatchObject({ name: 'ada.l' });
    expect(mark(later.rows[0])).toBe('actor.user');
  });

  it('is a number’s on its own host alone, and nobody’s where Windows says who', async () => {
    const files = data(
      identity(0, { UserSid: undefined, UID: '501', UserName: 'jonas' }),
      identity(0, { UserSid: 'S-1-5-18', UserName: 'SYSTEM' }),
      identity(0, { UserName: '-' }),
    );
    const { rows, report } = await enriched(files, [
      act(5, { UserSid: '501' }),
      act(5, { UserSid: '501', aid: OTHER_AID }),
      act(5, { UserSid: 'S-1-5-18' }),
    ]);
    expect(rows.map((row) => (actor(row).user as Row).name)).toEqual(['jonas', undefined, undefined]);
    expect(report.tables.identities).toEqual({ rows: 1, owners: 1, versions: 1 });
    expect(report.passedOver['no-key']).toBe(2);
  });
});

describe('processes', () => {
  it('are told by their rollup anywhere in the unit, with their parents', async () => {
    const lines = [
      dns(),
      rollup('700', '600', { ParentBaseFileName: 'shell.exe' }),
      rollup('600', '500', { CommandLine: 'tab\t"quoted"' }),
    ];
    const { rows, enrichment } = await enriched(data(heartbeat(0)), lines);
    expect(actor(rows[0]).process).toMatchObject({
      uid: '700',
      name: '700.exe',
      cmd_line: '700.exe /run',
      file: {
        name: '700.exe',
        path: '\\Device\\Disk1\\bin\\700.exe',
        type: 'Regular File',
        hashes: [{ algorithm: 'SHA-256', value: 'ab'.repeat(32) }],
      },
      parent_process: { uid: '600', name: 'shell.exe', cmd_line: 'tab\t"quoted"', file: { name: '600.exe' } },
    });
    expect(rows[1]!.process).toMatchObject({
      uid: '700',
      parent_process: { uid: '600', name: 'shell.exe', cmd_line: 'tab\t"quoted"' },
    });
    expect(rows[2]!.process).toMatchObject({ parent_process: { uid: '500' } });
    expect(enrichment!.processes).toMatchObject({ kept: 2, repeated: 0, beyondLimit: 0 });
  });

  it('are those of the event’s own host', async () => {
    const { rows } = await enriched(data(heartbeat(0)), [dns(), rollup('700', '600', { aid: OTHER_AID })]);
    expect(actor(rows[0]).process).toEqual({ uid: '700' });
  });

  it('are told by the first of several rollups', async () => {
    const again = rollup('700', '600', { event_simpleName: 'SyntheticProcessRollup2', CommandLine: 'second' });
    const { rows, enrichment } = await enriched(data(heartbeat(0)), [rollup('700', '600'), again, dns()]);
    expect(actor(rows[2]).process).toMatchObject({ cmd_line: '700.exe /run' });
    expect(enrichment!.processes).toMatchObject({ kept: 1, repeated: 1 });
  });

  it('are not invented by events that only look like rollups', async () => {
    const stats = event('ProcessRollup2Stats', 5, { TargetProcessId: '700', CommandLine: 'no' });
    const quoting = rollup('700', '600', { event_simpleName: 'EndOfProcess', CommandLine: '"ProcessRollup2"' });
    const { rows, enrichment } = await enriched(data(heartbeat(0)), [dns(), stats, quoting]);
    expect(actor(rows[0]).process).toEqual({ uid: '700' });
    expect(enrichment!.processes.kept).toBe(0);
  });

  it('are counted where memory has no room for them, the first kept', async () => {
    const lines = [rollup('700', '600'), rollup('701', '600'), rollup('700', '600'), dns(), dns({ ContextProcessId: '701' })];
    const { rows, enrichment } = await enriched(data(heartbeat(0)), lines, 200);
    expect(actor(rows[3]).process).toMatchObject({ name: '700.exe' });
    expect(actor(rows[4]).process).toEqual({ uid: '701' });
    expect(enrichment!.processes).toMatchObject({ kept: 1, repeated: 1, beyondLimit: 1 });
  });
});

it.each(OCSF_VERSIONS)('asks for nothing without a snapshot, OCSF %s', async (version) => {
  const text = textOf([dns(), rollup('700', '600'), heartbeat(5)]);
  const { tables } = await snapshotOf(await archiveOf(data(heartbeat(0))));
  const [plain, empty] = [convertLines(version, text), convertLines(version, text, { tables })];
  expect(plain.enrichment).toBeUndefined();
  expect(empty.enrichment!.outcomes.host).toEqual({ found: 0, later: 0, missing: 3 });
  expect(empty.rows[2]).toEqual(plain.rows[2]);
});
