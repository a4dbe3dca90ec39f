const MAX_DISTANCE = 3;
const MIN_SIMILARITY = 0.4;

/**
 * The known words with the fewest edits, in alphabetical order. The limits are those of commander's
 * suggestions.
 */
export function findSimilarWords(word: string, known: readonly string[]): string[] {
  const candidates = [...new Set(known)]
    .filter(({ length }) => length > 1 && Math.abs(length - word.length) <= MAX_DISTANCE)
    .map((each) => ({ each, distance: countEdits(word, each) }))
    .filter(({ each, distance }) => {
      const length = Math.max(word.length, each.length);
      return distance <= MAX_DISTANCE && (length - distance) / length > MIN_SIMILARITY;
    });
  const best = Math.min(...candidates.map(({ distance }) => distance));
  return candidates
    .filter(({ distance }) => distance === best)
    .map(({ each }) => each)
    .sort();
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
export function countEdits(from: string, to: string): number {
  const rows: number[][] = [];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 0; row <= from.length; row += 1) {
    const current: number[] = [];
    rows.push(current);
    for (let column = 0; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const edits = [
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        ...(isSwap ? [at(row - 2, column - 2) + 1] : []),
      ];
      current.push(row + column === 0 ? 0 : Math.min(...edits));
    }
  }
  return at(from.length, to.length);
}
