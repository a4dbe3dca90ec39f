/** A hint that says how to fix an invalid name of a host, a role or a job. Null for a valid name. */
export function findNameProblem(text: string): string | null {
  if (text.trim() === '' || text.length > 256) return 'use 1 to 256 characters';
  if (/\p{Cc}/u.test(text)) return 'remove control characters';
  // SQLite would store other bytes, and so another name.
  return isWellFormed(text) ? null : 'remove the unpaired surrogate';
}

/** Whether UTF-8 can encode the text. JSON can escape an unpaired surrogate. */
export const isWellFormed = (text: string): boolean => !/\p{Cs}/u.test(text);
