/** The processes of one host: their ids, who started whom, which are alive. Bounded: the oldest is forgotten, not ended. */
import type { Platform } from './platform.js';
import type { Random } from './random.js';
import type { Program, Software } from './software.js';
import type { User } from './users.js';

/** All strings are JSON text. */
export interface Process {
  /** the sensor's id, unique on its host: TargetProcessId of its start, ContextProcessId of what it does */
  id: string;
  parentId: string;
  treeId: string;
  /** the operating system's id, reused */
  pid: string;
  program: Program;
  parentFile: string;
  grandparentFile: string;
  parentUser: User;
  commandLine: string;
  user: User;
  /** endpoint clock, epoch ms */
  startMs: number;
}

interface Origin {
  system: User;
  users: readonly User[];
  bootMs: number;
  maxProcesses: number;
}

export class ProcessTable {
  /** alive from boot to the end of the sample, parents first */
  readonly always: readonly Process[];
  private readonly started: Process[] = [];
  private oldest = 0;
  private lastNumber: number;
  private readonly idPrefix: string;

  constructor(
    private readonly platform: Platform,
    private readonly software: Software,
    private readonly origin: Origin,
    random: Random,
  ) {
    // Every macOS id and a few Linux ids are beyond 2^53; Windows ids are not.
    const wide = platform === 'Mac' || (platform === 'Lin' && random.chance(0.1));
    this.idPrefix = wide ? String(random.between(1_000_000, 8_999_999)) : '';
    this.lastNumber = wide ? random.between(10_000_000_000, 20_000_000_000) : random.between(500_000_000_000, 5_000_000_000_000);
    const always: Process[] = [];
    for (const program of software.always) {
      const parent = always[0];
      always.push(
        this.make(
          program,
          parent,
          program.role === 'system' ? origin.system : origin.users[0]!,
          origin.bootMs + always.length * 1500,
          random,
        ),
      );
    }
    this.always = always;
  }

  /** A new process, alive from `nowMs`. */
  start(nowMs: number, random: Random): Process {
    const asSystem = random.chance(0.4);
    const program = random.pick(asSystem ? this.software.system : this.software.user);
    const shell = this.always[this.always.length - 1]!;
    let parent = asSystem ? this.always[random.below(2)]! : shell;
    if (this.started.length > 0 && random.chance(0.4)) parent = random.pick(this.started);
    const user = asSystem
      ? this.origin.system
      : parent.user === this.origin.system
        ? random.pick(this.origin.users)
        : parent.user;
    const process = this.make(program, parent, user, Math.max(nowMs, parent.startMs), random);
    if (this.started.length < this.origin.maxProcesses) {
      this.started.push(process);
    } else {
      this.started[this.oldest] = process;
      this.oldest = (this.oldest + 1) % this.origin.maxProcesses;
    }
    return process;
  }

  /** One that ends now: no longer alive after this call. Undefined when only those from boot are left. */
  end(random: Random): Process | undefined {
    const last = this.started.length - 1;
    if (last < 0) return undefined;
    const at = random.below(last + 1);
    const process = this.started[at]!;
    this.started[at] = this.started[last]!;
    this.started.length = last;
    if (this.oldest >= last) this.oldest = 0;
    return process;
  }

  /** One alive at random; `sinceBoot` takes only those that run from boot. */
  alive(random: Random, sinceBoot: boolean): Process {
    if (sinceBoot || this.started.length === 0 || random.next() < 0x50000000) return random.pick(this.always);
    return random.pick(this.started);
  }

  private make(program: Program, parent: Process | undefined, user: User, startMs: number, random: Random): Process {
    this.lastNumber += random.between(1, 40_000);
    const id = this.idPrefix + this.lastNumber;
    return {
      id,
      parentId: parent?.id ?? '0',
      treeId: parent && parent !== this.always?.[0] ? parent.treeId : id,
      pid: String(this.platform === 'Win' ? random.between(50, 8000) * 4 : random.between(300, 99_000)),
      program,
      parentFile: parent?.program.file ?? '',
      grandparentFile: parent?.parentFile ?? '',
      parentUser: parent?.user ?? user,
      commandLine: program.commandLine(random),
      user,
      startMs,
    };
  }
}
