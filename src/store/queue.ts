/** A message queue, as far as a consumer needs one. Every error is a `FalconryError`: see queue-errors.ts. */

export interface QueueMessage {
  id: string;
  body: string;
  /** how often it was received, this time included */
  receives: number;
  /** what this receipt is named by, for {@link MessageQueue.extend} and {@link MessageQueue.delete} */
  receipt: string;
}

export interface MessageQueue {
  readonly url: string;
  /**
   * One message, or undefined if none came within the wait.
   *
   * @param waitSeconds at most 20
   * @param invisibleSeconds for how long nobody else gets it
   */
  receive(waitSeconds: number, invisibleSeconds: number, signal?: AbortSignal): Promise<QueueMessage | undefined>;
  /**
   * Keeps a received message invisible for so many seconds from now; 0 gives it back at once.
   *
   * @returns false where it is no longer this receipt's: its time had run out
   */
  extend(message: QueueMessage, seconds: number): Promise<boolean>;
  delete(message: QueueMessage): Promise<void>;
  close(): void;
}
