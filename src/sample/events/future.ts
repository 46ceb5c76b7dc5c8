/** Types that no mapping can know: sensors learn new ones every month, and a converter must not lose them. */
import type { EventType } from '../event.js';
import * as v from '../values.js';

const TYPES: readonly EventType[] = [
  {
    type: 'GenAiPromptSubmitted',
    versions: { Win: 1, Mac: 1 },
    share: 4,
    fields: {
      ...v.BY_PROCESS,
      ...v.BY_USER,
      GenAiModelName: 'large-1',
      GenAiPromptLength: v.integer(1, 9000),
      GenAiVerdict: v.oneOf('0', '3'),
    },
  },
  {
    type: 'BrowserTabIsolated',
    versions: { Win: 2 },
    share: 3,
    fields: { ...v.BY_THREAD, IsolationReason: v.oneOf('1', '2'), TabUrl: v.text('https://{word}.example.net/?q={word}') },
  },
  {
    type: 'EnclaveMeasurementChanged',
    versions: { Lin: 1 },
    share: 3,
    fields: { EnclaveMeasurement: v.hex(96), ContextTimeStamp: v.eventTime },
  },
];
export default TYPES;
