import { describe, expect, it } from 'vitest';
import { cloudWindow, templateFolders } from '../../src/backfill/cloud-window.js';

const at = (text: string) => Date.parse(text);

describe('cloudWindow', () => {
  it('reaches from an hour before to seven days after', () => {
    const window = cloudWindow({ from: at('2025-01-01T00:00:00Z'), to: at('2025-01-02T00:00:00Z') });
    expect([new Date(window.from).toISOString(), new Date(window.to).toISOString()]).toEqual([
      '2024-12-31T23:00:00.000Z',
      '2025-01-09T00:00:00.000Z',
    ]);
  });
});

describe('templateFolders', () => {
  it('names each day once, over the end of a year', () => {
    const window = { from: at('2024-12-30T23:00:00Z'), to: at('2025-01-02T00:00:00Z') };
    expect(templateFolders('fdr/{yyyy}/{MM}/{dd}/', window)).toEqual(['fdr/2024/12/30/', 'fdr/2024/12/31/', 'fdr/2025/01/01/']);
  });

  it('names hours', () => {
    const window = { from: at('2025-01-01T22:30:00Z'), to: at('2025-01-02T00:00:01Z') };
    expect(templateFolders('d={yyyy}-{MM}-{dd}/h={HH}/', window)).toEqual([
      'd=2025-01-01/h=22/',
      'd=2025-01-01/h=23/',
      'd=2025-01-02/h=00/',
    ]);
  });

  for (const [template, why] of [
    ['fdr/{yyyy}/{mm}/{dd}/', /\{mm\} is none of/],
    ['fdr/{yyyy}/{MM}/', /lacks \{dd\}/],
    ['fdr/{yyyy}/{MM}/{dd}', /end with "\/"/],
    ['/fdr/{yyyy}/{MM}/{dd}/', /not begin with it/],
  ] as const) {
    it(`refuses ${template}`, () => {
      expect(() => templateFolders(template, { from: 0, to: 1 })).toThrow(why);
    });
  }

  it('needs both ends of the range', () => {
    expect(() => templateFolders('{yyyy}{MM}{dd}/', { from: 0, to: Number.POSITIVE_INFINITY })).toThrow(/--from and --to/);
  });
});
