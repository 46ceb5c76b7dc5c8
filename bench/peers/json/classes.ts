/** Which class takes an event type, and how; what no class takes is a base_event. */

import { dnsOf } from './dns.js';
import { envelopeOf, eventTimeOf, fieldOf, type Line, metadataOf, type Ocsf } from './event.js';
import { networkOf } from './network.js';
import { processOf } from './process.js';

const BASE = { uid: 0, name: 'Base Event', categoryUid: 0, categoryName: 'Uncategorized' };

function baseOf(line: Line): Ocsf {
  return {
    ...envelopeOf(BASE, eventTimeOf(line, fieldOf(line, 'ContextTimeStamp')), 0, 'Unknown'),
    metadata: metadataOf(line, ['datetime'], fieldOf(line, 'ContextTimeStamp')),
    unmapped: line,
  };
}

/** Which class takes an event type, and how. */
export function classOf(type: string | undefined): { name: string; map: (line: Line) => Ocsf } {
  if (type === 'ProcessRollup2' || type === 'SyntheticProcessRollup2' || type === 'EndOfProcess')
    return { name: 'process_activity', map: processOf };
  if (type === 'DnsRequest') return { name: 'dns_activity', map: dnsOf };
  if (type !== undefined && /^Network(Connect|Close|Listen|ReceiveAccept)IP[46]$/.test(type))
    return { name: 'network_activity', map: networkOf };
  return { name: 'base_event', map: baseOf };
}
