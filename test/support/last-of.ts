import type { NonEmpty } from '../../src/domain/lists.ts';

export function lastOf<T>(items: NonEmpty<T>): T {
  return items[items.length - 1] ?? items[0];
}
