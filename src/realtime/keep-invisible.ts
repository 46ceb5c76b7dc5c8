/** Keeps a message from others for as long as it is worked on. */
import type { MessageQueue, QueueMessage } from '../store/queue.js';

/** SQS keeps a message invisible for 12 hours at most, counted from when it was received. */
export class KeepInvisible {
  readonly #timer: NodeJS.Timeout;
  #pending: Promise<unknown> = Promise.resolve();
  #lost = false;

  /** @param seconds the time that receiving it gave; it is renewed three times as often */
  constructor(
    private readonly queue: MessageQueue,
    private readonly message: QueueMessage,
    private readonly seconds: number,
  ) {
    this.#timer = setInterval(() => this.#renew(), (seconds * 1000) / 3);
  }

  /** Its time ran out: somebody else may have it. What is done stays right, since every object is named by its input. */
  get isLost(): boolean {
    return this.#lost;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pending;
  }

  #renew(): void {
    this.#pending = this.#pending
      .then(() => this.queue.extend(this.message, this.seconds))
      .then(
        (isOurs) => {
          this.#lost ||= !isOurs;
        },
        // the next renewal tries again
        () => {},
      );
  }
}
