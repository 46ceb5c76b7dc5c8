/** Every four hex digits. */
export const HEX4 = Array.from({ length: 0x10000 }, (_, i) => (0x10000 + i).toString(16).slice(1));

/** The sample's only source of chance: sfc32, 32-bit integer arithmetic alone, so the same numbers on every engine. */
export class Random {
  private a: number;
  private b: number;
  private c = 0x6d2b79f5;
  private counter = 1;

  /** `stream` keeps the draws of one part of the sample (hosts, events, feeds …) apart from those of another. */
  constructor(seed: number, stream: number) {
    this.a = seed | 0;
    this.b = stream | 0;
    for (let i = 0; i < 16; i++) this.next();
  }

  /** An integer in [0, 2^32). */
  next(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** A fraction in [0, 1). */
  fraction(): number {
    return this.next() / 4294967296;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor((this.next() / 4294967296) * n);
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 4294967296;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Lower-case hex digits. */
  hex(digits: number): string {
    let text = '';
    for (let left = digits; left > 0; left -= 8) {
      const bits = this.next();
      text += left > 4 ? HEX4[bits >>> 16]! + HEX4[bits & 0xffff]! : HEX4[bits >>> 16]!;
    }
    return text.length === digits ? text : text.slice(0, digits);
  }

  /** A UUID of version 4. */
  uuid(): string {
    const h = this.hex(32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
  }
}
