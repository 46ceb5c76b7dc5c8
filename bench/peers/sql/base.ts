/** base_event by hand, for all other event types: the envelope, the time, and every field in `unmapped`. */
import { envelope } from './envelope.js';
import type { SqlClass } from './sql-class.js';

const NAMES = { uid: 0, name: 'Base Event', categoryUid: 0, categoryName: 'Uncategorized' };

export const baseClass: SqlClass = {
  name: 'base_event',
  events: [],
  fields: ['timestamp', 'ContextTimeStamp', 'id', 'cid', 'event_simpleName', 'name', 'ConfigBuild'],
  columns: () => ({
    ...envelope(NAMES, `['datetime']`, '"ContextTimeStamp"', false),
    activity_id: '0',
    activity_name: `'Unknown'`,
    type_uid: '0',
    type_name: `'Base Event: Unknown'`,
    unmapped: `from_json(json, '"MAP(VARCHAR, VARCHAR)"')`,
  }),
};
