/** What all classes share, by hand: the class's names, `metadata` and `device`. */
import type { Columns } from './columns.js';
import { milliseconds } from './fields.js';

/** Fields that {@link envelope} reads. */
export const ENVELOPE_FIELDS = ['timestamp', 'ContextTimeStamp', 'id', 'cid', 'aid', 'event_simpleName', 'name', 'ConfigBuild'];

const WEEK = 7 * 86_400_000;
const HOUR = 3_600_000;

/** The event's time: the endpoint's clock where it is near the cloud's, else the cloud's. */
export function eventTime(endpointSeconds: string, cloud: string): string {
  const endpoint = milliseconds(endpointSeconds);
  return `CASE WHEN ${endpoint} BETWEEN ${cloud} - ${WEEK} AND ${cloud} + ${HOUR} THEN ${endpoint} ELSE COALESCE(${cloud}, ${endpoint}) END`;
}

export interface ClassNames {
  uid: number;
  name: string;
  categoryUid: number;
  categoryName: string;
}

export function envelope(names: ClassNames, profiles: string, originalTime: string, treeId: boolean): Columns {
  return {
    time: 'time',
    time_dt: 'make_timestamptz(time * 1000)',
    class_uid: String(names.uid),
    class_name: `'${names.name}'`,
    category_uid: String(names.categoryUid),
    category_name: `'${names.categoryName}'`,
    severity_id: '1',
    severity: `'Informational'`,
    'metadata.uid': '"id"',
    'metadata.version': `'1.2.0'`,
    'metadata.event_code': '"event_simpleName"',
    'metadata.tenant_uid': '"cid"',
    'metadata.logged_time': 'TRY_CAST("timestamp" AS BIGINT)',
    'metadata.original_time': originalTime,
    'metadata.profiles': profiles,
    ...(treeId ? { 'metadata.correlation_uid': '"TreeId"' } : {}),
    'metadata.log_name': `'Falcon Data Replicator'`,
    'metadata.log_provider': `'CrowdStrike Falcon'`,
    'metadata.log_version': '"name"',
    'metadata.product.feature.name': `'Falcon Data Replicator'`,
    'metadata.product.name': `'Falcon'`,
    'metadata.product.vendor_name': `'CrowdStrike'`,
    'metadata.product.version': '"ConfigBuild"',
  };
}

/** An activity by event type, with the type uid and names that follow from it. */
export function activity(names: ClassNames, id: string, caption: string): Columns {
  return {
    activity_id: id,
    activity_name: caption,
    type_uid: `${names.uid * 100} + ${id}`,
    type_name: `'${names.name}: ' || ${caption}`,
  };
}

/** The host; the archive's lines name neither host nor domain nor product type. */
export function device(ip: string): Columns {
  return {
    'device.agent_list': `[{'name': 'CrowdStrike Falcon', 'type_id': 1, 'type': 'Endpoint Detection and Response', 'uid': "aid", 'vendor_name': 'CrowdStrike', 'version': NULL}]`,
    'device.ip': ip,
    'device.os.name': `CASE "event_platform" WHEN 'Win' THEN 'Windows' WHEN 'Lin' THEN 'Linux' WHEN 'Mac' THEN 'macOS' END`,
    'device.os.type_id': `CASE "event_platform" WHEN 'Win' THEN 100 WHEN 'Lin' THEN 200 WHEN 'Mac' THEN 300 END`,
    'device.os.type': `CASE "event_platform" WHEN 'Win' THEN 'Windows' WHEN 'Lin' THEN 'Linux' WHEN 'Mac' THEN 'macOS' END`,
    'device.type_id': '0',
    'device.type': `'Unknown'`,
    'device.uid': '"aid"',
  };
}
