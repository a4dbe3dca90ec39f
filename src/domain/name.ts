/** A hint that says how to fix an invalid name of a host, a role or a job. Null for a valid name. */
export function findNameProblem(text: string): string | null {
  if (text.trim() === '' || text.length > 256) return 'use 1 to 256 characters';
  return /\p{Cc}/u.test(text) ? 'leave out control characters' : null;
}
