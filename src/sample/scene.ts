/** What the fields of one event are made from. One scene is reused for all events. */
import type { Host } from './hosts.js';
import type { Process } from './processes.js';
import type { Random } from './random.js';

export interface Scene {
  readonly random: Random;
  readonly cid: string;
  host: Host;
  /** who acts */
  process: Process;
  /** who is described: the process that starts or ends; else the same as {@link process} */
  target: Process;
  /** when the cloud received it, epoch ms */
  cloudMs: number;
  /** when it happened, by the endpoint's clock, epoch ms */
  eventMs: number;
  /** number of the event in the archive, from 0 */
  sequence: number;
}
