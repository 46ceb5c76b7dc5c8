/** Which rows are the same event: those that agree in tenant, host and uid; null is never equal to null. */
import { columnAt, type FileColumn } from './parquet-columns.js';

/**
 * SQL for a row's event as a 128-bit number, null where the row lacks one of the three; undefined where the file has no such
 * columns.
 */
export function eventKey(columns: readonly FileColumn[]): string | undefined {
  const host = hostColumn(columns);
  const hasIds = ['metadata.tenant_uid', 'metadata.uid'].every((path) => columnAt(columns, path)?.type === 'string');
  if (host === undefined || !hasIds) return undefined;
  const [tenant, uid] = ['metadata.tenant_uid', 'metadata.uid'];
  const hash = `md5_number(concat(strlen(${tenant}), ':', ${tenant}, strlen(${host}), ':', ${host}, ${uid}))`;
  return `CASE WHEN ${tenant} IS NOT NULL AND ${host} IS NOT NULL AND ${uid} IS NOT NULL THEN ${hash} END`;
}

/** Where a class keeps the host's id: its device, or `unmapped` where it has none. */
function hostColumn(columns: readonly FileColumn[]): string | undefined {
  const hasUnmapped = columnAt(columns, 'unmapped')?.type === 'map';
  if (columnAt(columns, 'device.uid')?.type !== 'string') return hasUnmapped ? "unmapped['aid']" : undefined;
  return hasUnmapped ? "coalesce(device.uid, unmapped['aid'])" : 'device.uid';
}
