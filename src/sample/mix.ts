/** Which event comes next: every type of the tables, drawn by its share of its platform's events. */
import type { EventType } from './event.js';
import cloud from './events/cloud.js';
import command from './events/command.js';
import detection from './events/detection.js';
import device from './events/device.js';
import external from './events/external.js';
import file from './events/file.js';
import fileWritten from './events/file-written.js';
import future from './events/future.js';
import host from './events/host.js';
import networkInterface from './events/interface.js';
import module from './events/module.js';
import network from './events/network.js';
import process, { RUNDOWN } from './events/process.js';
import registry from './events/registry.js';
import script from './events/script.js';
import sensor from './events/sensor.js';
import service from './events/service.js';
import technique from './events/technique.js';
import user from './events/user.js';
import { type CompiledType, compileType } from './line.js';
import { PLATFORMS, type Platform } from './platform.js';
import type { Random } from './random.js';

export const EVENT_TYPES: readonly EventType[] = [
  RUNDOWN,
  ...process,
  ...command,
  ...network,
  ...networkInterface,
  ...fileWritten,
  ...file,
  ...module,
  ...registry,
  ...service,
  ...user,
  ...script,
  ...sensor,
  ...host,
  ...device,
  ...detection,
  ...technique,
  ...future,
  ...external,
  ...cloud,
];

export function shareOf(event: EventType, platform: Platform): number {
  if (event.versions[platform] === undefined) return 0;
  return typeof event.share === 'number' ? event.share : (event.share[platform] ?? 0);
}

/** The types of one platform, ready to be drawn. */
export interface Mix {
  rundown: CompiledType;
  /** takes the place of a type that cannot happen now */
  fallback: CompiledType;
  draw(random: Random): CompiledType;
}

function makeMix(platform: Platform): Mix {
  const types: CompiledType[] = [];
  const limits: number[] = [];
  let sum = 0;
  for (const event of EVENT_TYPES) {
    const share = shareOf(event, platform);
    if (share === 0) continue;
    types.push(compileType(event, platform)!);
    limits.push((sum += share));
  }
  return {
    rundown: compileType(RUNDOWN, platform)!,
    fallback: types.find((type) => type.type === 'ProcessRollup2')!,
    draw(random) {
      const at = random.fraction() * sum;
      let low = 0;
      let high = limits.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (at < limits[middle]!) high = middle;
        else low = middle + 1;
      }
      return types[low]!;
    },
  };
}

export function makeMixes(): Record<Platform, Mix> {
  return Object.fromEntries(PLATFORMS.map((platform) => [platform, makeMix(platform)])) as Record<Platform, Mix>;
}
