import type { HistorySelection } from '../../loaded-histories.ts';

/** The condition of a statement, and the values of its parameters. */
export interface Condition {
  /** Begins with `WHERE`, or is empty. */
  sql: string;
  values: unknown[];
}

/**
 * Plain comparisons, so that the database can use its keys.
 * @param more further comparisons, in which `?` is the value. A comparison with undefined is left out
 */
export function buildCondition(
  { host, source, role }: Pick<HistorySelection, 'host' | 'source' | 'role'>,
  more: readonly (readonly [comparison: string, value: unknown])[] = [],
): Condition {
  const comparisons = [
    ['host = ?', host] as const,
    ['source = ?', source] as const,
    ['role = ?', role] as const,
    ...more,
  ].filter(([, value]) => value !== undefined);
  const parts = comparisons.map(([comparison], index) => comparison.replace('?', `$${index + 1}`));
  return {
    sql: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`,
    values: comparisons.map(([, value]) => value),
  };
}
