/** Where the environment says with whose rights a lake is used. In a file of its own: the command line names them before it loads anything. */
export const LAKE_VARIABLES = {
  providerRole: 'FALCONRY_PROVIDER_ROLE',
  maintenanceRole: 'FALCONRY_MAINTENANCE_ROLE',
  externalId: 'FALCONRY_EXTERNAL_ID',
  lakeKmsKey: 'FALCONRY_LAKE_KMS_KEY',
  glueDatabase: 'FALCONRY_GLUE_DATABASE',
  glueTable: 'FALCONRY_GLUE_TABLE',
} as const;
