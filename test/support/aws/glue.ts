/** A local Glue catalog: JSON 1.1, tables that the test makes, and partitions with the bounds that Glue has. */
import type { Principal } from '../s3/request.js';
import { ServiceError, type ServiceRequest, ServiceServer } from './service.js';

interface PartitionInput {
  Values: string[];
  StorageDescriptor: Record<string, unknown>;
}

export interface TestTable {
  keys: string[];
  storage: Record<string, unknown>;
  /** by its values, with commas between */
  partitions: Map<string, PartitionInput>;
}

export class GlueServer extends ServiceServer {
  /** by `database.table` */
  readonly tables = new Map<string, TestTable>();
  /** who has asked so far, by access key */
  readonly askers = new Set<string>();
  /** partitions whose creation fails, by their values: the code of the error */
  readonly refused = new Map<string, string>();
  protected readonly contentType = 'application/x-amz-json-1.1';

  constructor(principals: Principal[]) {
    super('glue', principals);
  }

  /** As a crawler makes it. */
  makeTable(database: string, table: string, keys = ['region', 'accountid', 'eventday']): TestTable {
    const made: TestTable = {
      keys,
      storage: {
        Columns: [{ Name: 'time', Type: 'bigint' }],
        Location: `s3://lake/root/ext/${table}/`,
        InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
      partitions: new Map(),
    };
    this.tables.set(`${database}.${table}`, made);
    return made;
  }

  /** All that is registered: `database.table values…`, in order. */
  get registered(): string[] {
    return [...this.tables]
      .flatMap(([name, { partitions }]) => [...partitions.keys()].map((values) => `${name} ${values}`))
      .sort();
  }

  protected operationOf({ headers }: { headers: Record<string, unknown> }): string {
    const [prefix, operation] = String(headers['x-amz-target'] ?? '').split('.');
    if (prefix !== 'AWSGlue' || operation === undefined || headers['content-type'] !== 'application/x-amz-json-1.1')
      throw new ServiceError(400, 'UnknownOperationException', 'Unknown operation');
    return operation;
  }

  protected answer(operation: string, { body, principal }: ServiceRequest): string {
    this.askers.add(principal.accessKeyId);
    const input = JSON.parse(body);
    const name = `${input.DatabaseName}.${operation === 'GetTable' ? input.Name : input.TableName}`;
    const table = this.tables.get(name);
    if (table === undefined) throw new ServiceError(400, 'EntityNotFoundException', `Table ${name} not found.`);
    switch (operation) {
      case 'GetTable':
        return JSON.stringify({
          Table: {
            Name: input.Name,
            DatabaseName: input.DatabaseName,
            PartitionKeys: table.keys.map((Name) => ({ Name, Type: 'string' })),
            StorageDescriptor: table.storage,
          },
        });
      case 'BatchCreatePartition':
        return JSON.stringify(this.#create(table, input.PartitionInputList));
      case 'BatchGetPartition':
        return JSON.stringify(get(table, input.PartitionsToGet));
      default:
        throw new ServiceError(400, 'UnknownOperationException', operation);
    }
  }

  #create(table: TestTable, inputs: PartitionInput[]) {
    if (inputs.length > 100) throw invalid('Member must have length less than or equal to 100');
    const Errors: unknown[] = [];
    for (const input of inputs) {
      if (input.Values.length !== table.keys.length)
        throw invalid('The number of partition keys do not match the number of values');
      const id = input.Values.join();
      const code = table.partitions.has(id) ? 'AlreadyExistsException' : this.refused.get(id);
      if (code !== undefined)
        Errors.push({ PartitionValues: input.Values, ErrorDetail: { ErrorCode: code, ErrorMessage: 'no' } });
      else table.partitions.set(id, input);
    }
    return { Errors };
  }

  protected errorBody({ code, message }: ServiceError) {
    return { body: JSON.stringify({ __type: code, Message: message }) };
  }
}

function get(table: TestTable, keys: { Values: string[] }[]) {
  if (keys.length > 1000) throw invalid('Member must have length less than or equal to 1000');
  // Glue may leave some for another request
  const now = keys.slice(0, Math.max(1, Math.ceil(keys.length / 2)));
  return {
    Partitions: now.flatMap(({ Values }) => table.partitions.get(Values.join()) ?? []),
    UnprocessedKeys: keys.slice(now.length),
  };
}

const invalid = (text: string) => new ServiceError(400, 'InvalidInputException', text);
