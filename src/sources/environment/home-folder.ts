import { homedir } from 'node:os';

/** Returns `''` for a user without HOME and without an entry in /etc/passwd, as in some containers. */
export function findHomeFolder(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}
