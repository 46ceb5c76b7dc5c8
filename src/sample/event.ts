/** How an event type is declared: a row of the tables in `events/`. */
import type { Platform } from './platform.js';
import type { Scene } from './scene.js';

/**
 * A field's value as JSON text: fixed, or made from the scene. Undefined leaves the key out of this line.
 */
export type Value = string | ((scene: Scene) => string | undefined);
export type Fields = Readonly<Record<string, Value>>;

export interface EventType {
  /** `event_simpleName`; of external events the `ExternalApiType`; of other records what {@link discriminator} holds */
  type: string;
  /** versions of the schema, from which `name` is made: `ProcessRollup2V19`, `ProcessRollup2MacV8`; no entry, no such event there */
  versions: Partial<Record<Platform, number>>;
  /** events of this type among 10,000 of a platform */
  share: number | Partial<Record<Platform, number>>;
  fields: Fields;
  /** fields that only one platform has */
  win?: Fields;
  mac?: Fields;
  lin?: Fields;
  /** fields whose value is JSON as it stands (a list, an object, a number), not a string */
  json?: Fields;
  /**
   * What every line of this type carries besides its fields: `sensor` all that sensors send, `sensor-no-origin` the same without
   * EventOrigin, `cloud` only what the cloud knows, `none` nothing: the fields and `json` are the whole record.
   */
  envelope?: 'sensor' | 'sensor-no-origin' | 'cloud' | 'none';
  /** Sets the stage: starts or ends a process. False: cannot happen now, another type takes its place. */
  act?: (scene: Scene) => boolean;
}
