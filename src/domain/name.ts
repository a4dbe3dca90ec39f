/** What to do to make a name (of a host, a role, a job) of a text; null where it is one. */
export function findNameProblem(text: string): string | null {
  if (text.trim() === '' || text.length > 256) return 'use 1 to 256 characters';
  return /\p{Cc}/u.test(text) ? 'leave out control characters' : null;
}
