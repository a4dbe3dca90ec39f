import type { Span } from '../model.ts';

/** The spans, of any order, with those made one that lie no further apart than `distance` milliseconds. */
export function joinSpans(spans: readonly Span[], distance: number): Span[] {
  const joined: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const before = joined.at(-1);
    if (before !== undefined && from - before.to <= distance) before.to = Math.max(before.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
