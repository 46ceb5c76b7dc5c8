/** The names under which Security Lake knows OCSF's classes, for the registration of a source. Pure. */

/** Where it is another than the class's own in capitals. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  config_state: 'DEVICE_CONFIG_STATE',
  event_log: 'EVENT_LOG_ACTIVITY',
  file_activity: 'FILE_SYSTEM_ACTIVITY',
  file_hosting: 'FILE_HOSTING_ACTIVITY',
  inventory_info: 'DEVICE_INVENTORY_INFO',
  resource_activity: 'WINDOWS_RESOURCE_ACTIVITY',
  session_query: 'USER_SESSION_QUERY',
  software_info: 'SOFTWARE_INVENTORY_INFO',
  win_service_activity: 'WINDOWS_SERVICE_ACTIVITY',
};

/** Security Lake has no name for it: a source without a class takes any. */
const UNNAMED = new Set(['base_event']);

/** Undefined where Security Lake has no name for a class. */
export function eventClassOf(className: string): string | undefined {
  return UNNAMED.has(className) ? undefined : (OTHER_NAMES[className] ?? className.toUpperCase());
}
