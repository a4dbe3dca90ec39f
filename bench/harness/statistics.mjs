/**
 * The median and the quartiles of the values. Quartiles are used because a single interrupted run would determine the
 * maximum.
 */
export function summarise(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Interpolates between the two nearest values. `sorted` must not be empty. */
function quantile(sorted, share) {
  if (sorted.length === 0) throw new Error('no values');
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
