/** Work on many items at a time whose results come in the order of the items. */

/**
 * Yields `work(item)` item by item, with up to `atOnce` under way. Takes no more items ahead than that. When one fails, the others are
 * awaited before the error is thrown.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const running: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // a failure is thrown where its turn comes; until then it must not count as unhandled
      result.catch(() => {});
      running.push(result);
      if (running.length >= atOnce) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
