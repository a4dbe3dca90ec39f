/** The largest number of compared pairs. For longer lists, only equal items at the start and at the end are paired. */
const MAX_PAIRS = 250_000;

/**
 * Pairs the items of two lists that have equal names, without crossing pairs and with as many pairs as possible (the
 * longest common subsequence). Early items are preferred.
 * @returns for each wanted name, the index of its current item, or -1
 */
export function alignLists(current: readonly string[], wanted: readonly string[]): number[] {
  const pairs = wanted.map(() => -1);
  let start = 0;
  while (start < current.length && start < wanted.length && current[start] === wanted[start]) {
    pairs[start] = start;
    start += 1;
  }
  let [currentEnd, wantedEnd] = [current.length, wanted.length];
  while (currentEnd > start && wantedEnd > start && current[currentEnd - 1] === wanted[wantedEnd - 1]) {
    currentEnd -= 1;
    wantedEnd -= 1;
    pairs[wantedEnd] = currentEnd;
  }
  const [rows, columns] = [wantedEnd - start, currentEnd - start];
  if (rows * columns > MAX_PAIRS) return pairs;
  /** The largest number of pairs of the items from row and column on. */
  const counts = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  const count = (row: number, column: number) => counts[row]?.[column] ?? 0;
  const isPair = (row: number, column: number) => wanted[start + row] === current[start + column];
  for (let row = rows - 1; row >= 0; row -= 1) {
    const values = counts[row];
    for (let column = columns - 1; values !== undefined && column >= 0; column -= 1) {
      values[column] = isPair(row, column)
        ? count(row + 1, column + 1) + 1
        : Math.max(count(row + 1, column), count(row, column + 1));
    }
  }
  let [row, column] = [0, 0];
  while (row < rows && column < columns) {
    if (isPair(row, column)) {
      pairs[start + row] = start + column;
      row += 1;
      column += 1;
    } else if (count(row + 1, column) >= count(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}
