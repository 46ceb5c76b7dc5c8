import { it } from 'vitest';
import { loadCatalogue, loadCompiled } from '../../src/convert/definitions.js';
import { Converter } from '../golden/convert.js';
import { Corpus } from './corpus.js';
it('x', () => {
  const c = new Converter('1.2.0');
  const lines = [...new Corpus(loadCatalogue(), loadCompiled('1.2.0').mapping).lines()];
  console.log(lines.length);
  let n = 0;
  for (let s = 0; s < lines.length; s += 2000) {
    const some = lines.slice(s, s + 2000);
    const r = c.convert(some.map((l) => `${l.text}\n`).join(''));
    for (const q of r.quarantined) { const l = some[Number(/\d+/.exec(q)![0]) - 1]!; if (n++ % 10 === 0) console.log(l.eventType, l.what, l.text.slice(0, 1500)); }
  }
});
