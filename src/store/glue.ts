/** Partitions in the Glue catalog. The only way here is by a dynamic import, which loads the SDK when a database is named. */
import {
  BatchCreatePartitionCommand,
  BatchGetPartitionCommand,
  GetTableCommand,
  GlueClient,
  type StorageDescriptor,
} from '@aws-sdk/client-glue';
import { type Role, roleCredentials } from './assume-role.js';
import { glueError, otherPartitionKeys, partitionError } from './glue-errors.js';

/** A partition of a table: a value for each of its partition columns, and where it lies. */
export interface CatalogPartition {
  /** by the column's name, in lower case */
  values: Readonly<Record<string, string>>;
  /** s3://bucket/…/ */
  location: string;
}

interface Table {
  keys: string[];
  storage: StorageDescriptor;
}

/** Glue's own bounds of a request. */
const CREATED_AT_ONCE = 100;
const ASKED_AT_ONCE = 1000;

/** Glue takes few requests a second, and thousands of jobs may ask; the SDK waits and tries again. */
const ATTEMPTS = 10;

export class GlueCatalog {
  readonly #client: GlueClient;
  readonly #tables = new Map<string, Promise<Table>>();

  constructor({ region, role }: { region: string | undefined; role: Role | undefined }) {
    this.#client = new GlueClient({
      maxAttempts: ATTEMPTS,
      ...(region === undefined ? {} : { region }),
      ...(role === undefined ? {} : { credentials: roleCredentials(role, region) }),
    });
  }

  /**
   * Creates the partitions that the table lacks, with the table's own columns and format. Those that it has are left as they are.
   *
   * @returns how many were created
   * @throws CATALOG_…
   */
  async create(database: string, table: string, partitions: readonly CatalogPartition[]): Promise<number> {
    const { keys, storage } = await this.#table(database, table);
    let created = 0;
    for (let at = 0; at < partitions.length; at += CREATED_AT_ONCE) {
      const batch = partitions.slice(at, at + CREATED_AT_ONCE);
      const command = new BatchCreatePartitionCommand({
        DatabaseName: database,
        TableName: table,
        PartitionInputList: batch.map(({ values, location }) => ({
          Values: keys.map((key) => values[key]!),
          StorageDescriptor: { ...storage, Location: location },
        })),
      });
      const { Errors = [] } = await this.#try(database, table, () => this.#client.send(command));
      for (const { ErrorDetail } of Errors) {
        const code = ErrorDetail?.ErrorCode ?? 'an error without a code';
        if (code !== 'AlreadyExistsException') throw partitionError(`${database}.${table}`, code);
      }
      created += batch.length - Errors.length;
    }
    return created;
  }

  /** Those of the partitions that the table lacks. */
  async missing<P extends CatalogPartition>(database: string, table: string, partitions: readonly P[]): Promise<P[]> {
    const { keys } = await this.#table(database, table);
    const valuesOf = ({ values }: CatalogPartition) => keys.map((key) => values[key]!);
    const there = new Set<string>();
    for (let at = 0; at < partitions.length; at += ASKED_AT_ONCE) {
      let asked = partitions.slice(at, at + ASKED_AT_ONCE).map((partition) => ({ Values: valuesOf(partition) }));
      while (asked.length > 0) {
        const command = new BatchGetPartitionCommand({ DatabaseName: database, TableName: table, PartitionsToGet: asked });
        const { Partitions = [], UnprocessedKeys = [] } = await this.#try(database, table, () => this.#client.send(command));
        for (const { Values } of Partitions) there.add(JSON.stringify(Values));
        asked = UnprocessedKeys.map(({ Values }) => ({ Values: Values! }));
      }
    }
    return partitions.filter((partition) => !there.has(JSON.stringify(valuesOf(partition))));
  }

  close(): void {
    this.#client.destroy();
  }

  /** Read once. */
  #table(database: string, table: string): Promise<Table> {
    const name = `${database}.${table}`;
    let known = this.#tables.get(name);
    if (known === undefined) {
      known = this.#readTable(database, table);
      known.catch(() => this.#tables.delete(name));
      this.#tables.set(name, known);
    }
    return known;
  }

  async #readTable(database: string, table: string): Promise<Table> {
    const { Table } = await this.#try(database, table, () =>
      this.#client.send(new GetTableCommand({ DatabaseName: database, Name: table })),
    );
    const keys = (Table?.PartitionKeys ?? []).map(({ Name }) => Name!.toLowerCase());
    if ([...keys].sort().join() !== 'accountid,eventday,region') throw otherPartitionKeys(`${database}.${table}`, keys);
    return { keys, storage: Table?.StorageDescriptor ?? {} };
  }

  async #try<T>(database: string, table: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw glueError(error, `${database}.${table}`);
    }
  }
}
