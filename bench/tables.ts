/** Results as Markdown, for the terminal and for `bench/results`. */
import type { Results } from './findings.js';
import type { ProfileRow } from './profile.js';
import type { Spread } from './statistics.js';

const MiB = 2 ** 20;

export function tablesOf(results: Results): string {
  const { machine, archive, parquet } = results;
  const parts = [
    `# Falconry ${machine.falconry}, ${results.date}\n`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; ${machine.engine}, DuckDB ${machine.duckdb}.`,
    `Archive: ${count(archive.events)} events${archive.mappedOnly ? ' of the types that all map' : ''} in ${archive.files} files, ${mega(archive.rawBytes)} MB raw, ${mega(archive.compressedBytes)} MB compressed.`,
    `Parquet: row groups of ${count(parquet.rowGroupRows)} rows, zstd level ${parquet.compressionLevel}. The run took ${results.seconds} s.\n`,
  ];
  if (results.throughput !== undefined) parts.push(throughput(results));
  if (results.equality !== undefined) parts.push(equality(results.equality));
  if (results.engines !== undefined) {
    const { objects, same } = results.engines;
    parts.push(`Node and Bun: ${same} of ${objects} objects are the same, byte by byte.\n`);
  }
  if (results.long !== undefined) {
    const rows = results.long.map((row) => [
      ...[row.title, row.runs, count(row.events), mega(row.rawBytes), spread(row.eventsPerSecond)],
      ...[spread(row.timesOne, 2), spread(row.timesPeer, 2), spread(row.timesPeerByCpu, 2)],
      spread(row.inflateFloors, 1),
    ]);
    const head = [
      'the longer archive',
      'runs',
      'events',
      'MB raw',
      'events/s',
      '× one worker',
      '× SQL peer',
      '× SQL peer, by CPU',
      'inflate floors, by CPU',
    ];
    parts.push(table(head, rows));
  }
  if (results.memory !== undefined) {
    const rows = results.memory.map((row) => [
      ...[row.workers, row.runs, count(row.events), mega(row.rawBytes), spread(row.seconds, 1), spread(row.timesAsLong, 2)],
      ...[spread(row.timesOne, 2), mebis(row.peakRssBytes), spread(row.growth, 2)],
    ]);
    const head = [
      'workers',
      'runs',
      'events',
      'MB raw',
      'seconds',
      '× the smaller archive',
      '× one worker',
      'peak RSS, MiB',
      '× the smaller archive',
    ];
    parts.push(table(head, rows));
  }
  if (results.variants !== undefined) {
    const rows = results.variants.map((row) => [row.title, spread(row.eventsPerSecond), spread(row.cpuMicroseconds, 1)]);
    parts.push(table(['SQL peer', 'events/s', 'CPU µs/event'], rows));
  }
  if (results.profile !== undefined) {
    const { profile } = results;
    const head = ['stage, one worker', ...profile.map(({ title }) => title)];
    const stages = profile[0]!.rows.map(({ stage }) => stage);
    const cells = (title: string, cell: (row: ProfileRow) => string) =>
      stages.map((stage, s) => [`${stage}, ${title}`, ...profile.map(({ rows }) => cell(rows[s]!))]);
    parts.push(
      table(head, [
        ['events', ...profile.map(({ events }) => count(events))],
        ['bytes a line', ...profile.map(({ rawBytes }) => count(Math.round(rawBytes)))],
        ...cells('µs/event', ({ microseconds }) => microseconds.toFixed(2)),
        ...cells('bytes of heap/event', ({ allocated }) => (allocated === undefined ? '' : allocated.toFixed(0))).filter((row) =>
          row.slice(1).some((cell) => cell !== ''),
        ),
      ]),
    );
  }
  if (results.grid !== undefined) {
    const rows = results.grid.map((row) => [
      ...[count(row.rowGroupRows), row.compressionLevel, row.version, mega(row.bytes, 1)],
      ...[(row.largestPageBytes / MiB).toFixed(2), row.pagesAbove, spread(row.cpuMicroseconds, 1), mebi(row.peakRssBytes)],
    ]);
    parts.push(
      table(
        [...['row group', 'zstd', 'Parquet', 'lake, MB', 'largest page, MiB', 'pages > 1 MiB', 'CPU µs/event'], 'peak RSS, MiB'],
        rows,
      ),
    );
  }
  if (results.budgets.length > 0) {
    const rows = results.budgets.map((each) => [each.what, each.budget, each.measured, each.met ? 'met' : 'MISSED']);
    parts.push(table(['budget', 'wanted', 'measured', ''], rows));
  }
  return `${parts.join('\n')}\n`;
}

function throughput({ throughput: rows }: Results): string {
  const cells = rows!.map((row) => [
    ...[row.title, row.runs, spread(row.eventsPerSecond), row.megabytesPerSecond.toFixed(0), spread(row.cpuMicroseconds, 1)],
    ...[
      spread(row.timesPeer, 2),
      spread(row.timesPeerByCpu, 2),
      row.timesFloor.toFixed(1),
      mebi(row.peakRssBytes),
      row.pageFaults.toFixed(0),
    ],
  ]);
  const head = [
    'median (least–most)',
    'runs',
    'events/s',
    'MB/s raw',
    'CPU µs/event',
    '× SQL peer',
    '× SQL peer, by CPU',
    'inflate floors',
    'peak RSS, MiB',
    'page faults/1,000 events',
  ];
  return table(head, cells);
}

function equality(rows: NonNullable<Results['equality']>): string {
  const cells = rows.map((row) => [
    row.peer,
    row.class,
    count(row.rows),
    count(row.onlyFalconry),
    count(row.onlyPeer),
    String(row.equal),
  ]);
  return table(['peer', 'class', 'rows', 'only Falconry', 'only peer', 'equal'], cells);
}

/** Columns are padded, so that a table reads well in a terminal too. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return `${[line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n')}\n`;
}

function spread({ min, median, max }: Spread, digits = 0): string {
  const show = (value: number) => (digits === 0 ? count(Math.round(value)) : value.toFixed(digits));
  return `${show(median)} (${show(min)}–${show(max)})`;
}

const count = (value: number) => value.toLocaleString('en-US');
const mega = (bytes: number, digits = 0) => (bytes / 1e6).toFixed(digits);
const mebi = (bytes: number) => (bytes / MiB).toFixed(0);
const mebis = ({ min, median, max }: Spread) => `${mebi(median)} (${mebi(min)}–${mebi(max)})`;
