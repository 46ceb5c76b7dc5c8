/** What a sample holds, counted as it was written. */
import type { BadReport } from './bad/kinds.js';

export const FEEDS = ['aidmaster', 'managedassets', 'notmanaged', 'userinfo', 'appinfo'] as const;
export type Feed = (typeof FEEDS)[number];

export interface SampleReport {
  directory: string;
  /** good events; the sum of {@link types} */
  events: number;
  /** good events by type: `event_simpleName`, `ExternalApiType`, else what tells the record's kind */
  types: Record<string, number>;
  /** good events by endpoint platform; `none` where no sensor sent the record */
  platforms: Record<'Win' | 'Mac' | 'Lin' | 'none', number>;
  batches: number;
  files: { events: number; feeds: number /** `_SUCCESS` */; markers: number; bad: number };
  /** good event and feed files only */
  bytes: { compressed: number; inflated: number };
  feeds: Record<Feed, number>;
  bad: BadReport;
  cid: string;
  /** first and last instant at which the cloud received an event, epoch ms */
  received: { firstMs: number; lastMs: number };
}

export interface SampleProgress {
  events: number;
  ofEvents: number;
  files: number;
  /** compressed */
  bytes: number;
}
