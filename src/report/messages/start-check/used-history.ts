import { escapeUnprintable } from '../../../untrusted-text.ts';
import { joinWords } from '../../text/format-values.ts';

/** At most this number of names is shown. */
const MAX_NAMES = 3;

/** Null if the database has no samples of others. */
export function describeUsedHistory(others: readonly string[]): string | null {
  if (others.length === 0) return null;
  const names = others.slice(0, MAX_NAMES).map(escapeUnprintable);
  const more = others.length - names.length;
  return `only samples of these credentials are used, not those of ${joinWords(more > 0 ? [...names, `${more} more`] : names)}`;
}
