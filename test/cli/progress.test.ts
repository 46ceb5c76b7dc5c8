/** How far work is: a line that is rewritten on a terminal, plain lines in a pipe, nothing with --json. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { progressText } from '../../src/cli/convert-command.js';
import { bytes, count, duration, plural } from '../../src/cli/numbers.js';
import { ProgressLine } from '../../src/cli/progress-line.js';
import { writeSample } from '../../src/sample/sample.js';
import { MAIN, runCli } from './run.js';

describe('in one line', () => {
  it('says files, bytes, events, rates and what is left', () => {
    const progress = {
      phase: 'converting' as const,
      filesFound: 12,
      bytesFound: 50 * 1024 * 1024,
      filesKnown: 2,
      bytesKnown: 10 * 1024 * 1024,
      unitsDone: 1,
      events: 500_000,
      compressedBytes: 10 * 1024 * 1024,
      inflatedBytes: 120 * 1024 * 1024,
    };
    expect(progressText(progress, 10)).toBe(
      '10 files · 10 MiB of 40 MiB · 500,000 events · 50,000 events/s · 12 MiB/s raw · about 30 s left',
    );
    expect(progressText({ ...progress, compressedBytes: 0 }, 1)).not.toContain('left');
  });

  it('writes numbers as people read them', () => {
    expect([count(1234567), bytes(0), bytes(1023), bytes(1536), bytes(10 * 1024), bytes(3.2 * 1024 ** 4)]).toEqual([
      '1,234,567',
      '0 B',
      '1023 B',
      '1.5 KiB',
      '10 KiB',
      '3.2 TiB',
    ]);
    expect([0.04, 9.94, 12, 59.4, 59.7, 61, 119.7, 3599.6, 3600, 7325].map(duration)).toEqual([
      '0.0 s',
      '9.9 s',
      '12 s',
      '59 s',
      '1 min 0 s',
      '1 min 1 s',
      '2 min 0 s',
      '1 h 0 min',
      '1 h 0 min',
      '2 h 2 min',
    ]);
    expect([plural(1, 'file'), plural(0, 'file'), plural(2, 'box', 'boxes')]).toEqual(['1 file', '0 files', '2 boxes']);
  });
});

describe('in a pipe', () => {
  afterEach(() => vi.restoreAllMocks());

  it('comes as plain lines, none in the first ten seconds and one every ten after', () => {
    const written: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    let now = 5;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const line = new ProgressLine();
    for (; now < 35_000; now += 100) line.show(() => `at ${now}`);
    line.clear();
    expect(written).toEqual(['at 10005\n', 'at 20005\n', 'at 30005\n']);
  });
});

describe('of a conversion', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'falconry-progress-'));
    await writeSample({ directory: join(folder, 'archive'), events: 500, hosts: 3, feeds: false });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const args = (lake: string) => ['convert', join(folder, 'archive'), '--lake', join(folder, lake), '--region', 'eu-central-1'];

  it('is silent in a pipe when it is over within seconds', async () => {
    const { stderr, stdout } = await runCli(args('pipe'));
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
  });

  it('is silent with --json', async () => {
    const { stderr, stdout } = await runCli([...args('json'), '--json']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).events.written).toBe(500);
  });

  it('is one line on a terminal, rewritten, gone at the end', async (context) => {
    if (!hasScript()) return context.skip('util-linux script, which makes a terminal, is not installed here');
    const shown = await onTerminal([process.execPath, MAIN, ...args('terminal')]);
    const parts = shown.split('\r\u001b[2K');
    expect(parts.length).toBeGreaterThan(2);
    expect(parts[1]).toMatch(/^\d+ files? · /);
    for (const part of parts.slice(0, -1)) expect(part).not.toContain('\n');
    // the line is removed before the summary is written
    expect(parts.at(-1)).toMatch(/^class +events +objects\r\n/);
    expect(parts.at(-1)).toMatch(/ events read = 500 written /);
  });

  function hasScript(): boolean {
    try {
      return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
    } catch {
      return false;
    }
  }

  /** All that a command writes to a terminal of 100 columns. */
  function onTerminal(command: readonly string[]): Promise<string> {
    const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
    const child = spawn('script', ['--quiet', '--return', '--command', `stty cols 100; ${quoted}`, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      child.once('error', reject);
      child.once('close', () => resolve(text));
    });
  }
});
