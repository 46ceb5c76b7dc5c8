/** A plausible value for any FDR field, by its name and type: the same name always gives the same value. */
import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueField } from '../../src/mapping/catalogue.js';

/** Cloud time of every event of the corpus, epoch ms. */
export const CLOUD_MS = 1_714_557_600_000;
const SECONDS = '1714557599.512';
const FILETIME = '133590311995120000';

export interface FieldValue {
  /** as text; `bare` says that it is JSON already */
  text: string;
  bare?: true;
}

/** A number of the name, so that fields differ and runs do not. */
function seedOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0);
}

function hexOf(name: string, digits: number): string {
  return createHash('sha512').update(name).digest('hex').slice(0, digits);
}

/** By how a name ends or what stands in it; the first that fits. */
const BY_NAME: readonly [pattern: RegExp, value: (name: string) => string][] = [
  [/^(id|EventUUID)$/, (name) => uuid(name)],
  [/^(aid|cid|CustomerIdString|AgentIdString|AgentId|SensorId|DeviceId)$/, (name) => hexOf(name, 32)],
  [/^name$/, () => 'CorpusEventV1'],
  [/Guid$|UUID$|Uuid$/, (name) => uuid(name)],
  [/Sid$/, () => 'S-1-5-21-1004336348-1177238915-682003330-1105'],
  [/IP6$|IPv6$/, () => '2001:db8::17'],
  [/IP4$|IPv4$|Ip$|^aip$|^RemoteAddress$|^LocalAddress$|^source_ip_address$|^RespondingDnsServer$/, () => '192.0.2.17'],
  [/^IP4Records$/, () => '192.0.2.1;192.0.2.2;'],
  [/^IP6Records$/, () => '2001:db8::1;'],
  [/^CNAMERecords$/, () => 'a.example.net;b.example.net;'],
  [/^(MACAddress|PhysicalAddress|PermanentPhysicalAddress)$/, () => '00-00-5E-00-53-0A'],
  [/SHA256/i, (name) => hexOf(name, 64)],
  [/SHA1/i, (name) => hexOf(name, 40)],
  [/MD5/i, (name) => hexOf(name, 32)],
  [/Url$|URL$|Link$|^url$/, (name) => `https://falcon.example.com/${name.toLowerCase()}`],
  [/^(DomainName|HttpHost)$/, () => 'www.example.com'],
  [/CommandLine$/, (name) => `C:\\Windows\\System32\\cmd.exe /c echo ${name}`],
  [/(Base|Original)File[Nn]ame$|^FileName$|^Filename$/, (name) => `${name.toLowerCase()}.exe`],
  [
    /FileName$|FilePath$|Path$|^InjectedDll$|Directory/,
    (name) => `\\Device\\HarddiskVolume3\\Windows\\Temp\\${name.toLowerCase()}.bin`,
  ],
  [/^Reg\w*(Object|Key)Name$/, () => '\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run'],
  [/(Process|Thread|Session|Authentication)I[dD]$|^PID$/, (name) => String(seedOf(name) + 1)],
  [/Port$/, (name) => String(1024 + (seedOf(name) % 60_000))],
  [/(ProcessStartTime|StartTimestamp|EndTimestamp|IncidentStartTime|IncidentEndTime|EventCreatedTimestamp)$/, () => SECONDS],
  [/^(event_created|created|firstDetected|lastDetected)$/, () => '2024-05-01T09:59:59.512000123Z'],
  [/Tags$|^Groups$/, () => 'blue, green'],
];

function uuid(name: string): string {
  const hex = hexOf(name, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), `1${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}

const isoTime = '2024-05-01T10:00:00Z';

/**
 * @param isExternal external events carry integers and booleans as JSON has them, sensor events everything as text
 */
export function fieldValue(name: string, { fields }: Catalogue, isExternal: boolean): FieldValue {
  const field: CatalogueField | undefined = fields[name];
  if (name === 'timestamp') return { text: isExternal ? isoTime : String(CLOUD_MS) };
  if (field?.values !== undefined) return { text: field.values[0]! };
  if (field?.type === 'bool') return isExternal ? { text: 'true', bare: true } : { text: '1' };
  if (name === 'Attacks') return { text: '[{"Tactic":"Execution,Defense Evasion","Technique":"PowerShell"}]', bare: true };
  if (field?.type === 'array') return { text: `["${name} 1","${name} 2"]`, bare: true };
  if (field?.type === 'object') return { text: `{"Key":"${name}"}`, bare: true };
  if (field?.type === 'epoch_s') return { text: SECONDS };
  if (field?.type === 'epoch_ms' || field?.type === 'epoch_ms_or_s') return { text: String(CLOUD_MS), bare: true };
  if (field?.type === 'filetime') return { text: FILETIME };
  if (field?.type === 'iso8601') return { text: isoTime };
  for (const [pattern, value] of BY_NAME) {
    if (pattern.test(name)) {
      const text =
        field?.wide === true && /^\d+$/.test(value(name)) ? `12168621487${value(name).padStart(9, '0').slice(-9)}` : value(name);
      return { text };
    }
  }
  if (field?.type === 'int') return { text: String(seedOf(name) % 100), ...(isExternal ? { bare: true as const } : {}) };
  return { text: `${name} value` };
}
