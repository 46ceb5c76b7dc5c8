/** The events of a whole fleet, one after the other in the order in which the cloud receives them. */

import type { Host } from './hosts.js';
import { makeHosts } from './hosts.js';
import { buildLine, type CompiledType, hostMembers, type Orders } from './line.js';
import { makeMixes } from './mix.js';
import type { FilledSampleOptions } from './options.js';
import type { Platform } from './platform.js';
import type { Process } from './processes.js';
import { Random } from './random.js';
import type { Scene } from './scene.js';
import { makeSoftware } from './software.js';
import { deliveryDelay } from './time.js';

export interface SampleEvent {
  type: string;
  /** undefined for records that no sensor sent */
  platform: Platform | undefined;
  /** JSON, without the newline */
  line: string;
  /** happened so long before it arrived that FDR may put it beside the day it belongs to */
  late: boolean;
}

/** An event older than this on arrival can only be about a process that runs from boot. */
const LATE_MS = 60_000;
/** In the partitioned layout such events lie in files without date and platform. */
const VERY_LATE_MS = 600_000;

export class Traffic {
  readonly hosts: readonly Host[];
  readonly cid: string;
  private readonly random: Random;
  private readonly mixes = makeMixes();
  private readonly members: Orders[];
  /** per host, how many of its processes from boot the cloud has heard of */
  private readonly announced: Uint8Array;
  private readonly scene: Scene;
  private readonly event: SampleEvent = { type: '', platform: undefined, line: '', late: false };

  constructor(options: FilledSampleOptions) {
    this.random = new Random(options.seed, 0xe7e7);
    this.cid = new Random(options.seed, 0xc1d).hex(32);
    this.hosts = makeHosts(options.hosts, options.seed, makeSoftware(options.seed), options.startMs);
    this.members = this.hosts.map((host) => hostMembers(host, this.cid));
    this.announced = new Uint8Array(this.hosts.length);
    const host = this.hosts[0]!;
    const process = host.processes.always[0]!;
    this.scene = { random: this.random, cid: this.cid, host, process, target: process, cloudMs: 0, eventMs: 0, sequence: 0 };
  }

  /** The next event, received at `cloudMs`, which never decreases. The object is reused. */
  next(cloudMs: number): SampleEvent {
    const { scene, random } = this;
    const f = random.fraction();
    const index = Math.floor(f * Math.sqrt(f) * this.hosts.length);
    const host = this.hosts[index]!;
    const mix = this.mixes[host.platform];
    scene.host = host;
    scene.cloudMs = cloudMs;
    scene.sequence++;

    const known = this.announced[index]!;
    if (known < host.processes.always.length) {
      this.announced[index] = known + 1;
      const process = host.processes.always[known]!;
      this.at(cloudMs - Math.min(20_000, Math.abs(deliveryDelay(random))), process);
      return this.finish(mix.rundown, index, false);
    }

    const delay = deliveryDelay(random);
    this.at(cloudMs - delay, host.processes.alive(random, delay > LATE_MS));
    const drawn = mix.draw(random);
    const type = drawn.act === undefined || drawn.act(scene) ? drawn : mix.fallback;
    if (type !== drawn) type.act!(scene);
    return this.finish(type, index, delay > VERY_LATE_MS);
  }

  /** Nothing happens before the process that does it has started. */
  private at(trueMs: number, process: Process): void {
    const { scene } = this;
    scene.process = process;
    scene.target = process;
    scene.eventMs = Math.max(trueMs + scene.host.clockErrorMs, process.startMs + 1);
  }

  private finish(type: CompiledType, index: number, late: boolean): SampleEvent {
    const { event, scene } = this;
    event.type = type.type;
    event.platform = type.host ? scene.host.platform : undefined;
    event.line = buildLine(type, scene, this.members[index]!);
    event.late = late;
    return event;
  }
}
