import type { Span } from '../model.ts';

/** Sorts spans and joins those that are at most `distance` milliseconds apart. */
export function joinSpans(spans: readonly Span[], distance: number): Span[] {
  const joined: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const before = joined.at(-1);
    if (before !== undefined && from - before.to <= distance) before.to = Math.max(before.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
