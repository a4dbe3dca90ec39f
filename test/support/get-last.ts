import type { NonEmpty } from '../../src/domain/lists.ts';

export function getLast<T>(items: NonEmpty<T>): T {
  return items[items.length - 1] ?? items[0];
}
