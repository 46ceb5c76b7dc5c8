/** Which known names a mistyped one may have meant. */

/**
 * The known names nearest to `name`, best first: at most `limit`, and none that differs in more than a third of its letters.
 * A name that contains the other counts as near. Cost is the product of the lengths a candidate, so keep `known` to thousands.
 */
export function nearestNames(name: string, known: Iterable<string>, limit = 3): string[] {
  const ranked: { name: string; distance: number }[] = [];
  for (const candidate of known) {
    const longest = Math.max(name.length, candidate.length);
    let distance = editDistance(name, candidate);
    if (distance > longest / 3) {
      const inside = name.length >= 3 && (candidate.includes(name) || (candidate.length >= 3 && name.includes(candidate)));
      if (!inside) continue;
      distance = longest / 3 + distance / longest;
    }
    ranked.push({ name: candidate, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, limit).map((entry) => entry.name);
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[b.length]!;
}
