/**
 * DuckDB's client, required and not imported: it is 187 CommonJS files, and an import searches each for the names it exports before any
 * runs. That takes as long as running them (170 ms in place of 85, in every thread).
 */
import { createRequire } from 'node:module';

export const client = createRequire(import.meta.url)('@duckdb/node-api') as typeof import('@duckdb/node-api');
