import type { Notes } from './notes.ts';
import type { Environment } from './source.ts';

/**
 * A variable, or null. A blank one counts as unset, as most SDKs have it; botocore and Rust take a blank URI or endpoint
 * for a value and fail on it, hence the note.
 */
export function readVariable(env: Environment, name: string, notes: Notes): string | null {
  const value = env[name];
  if (value === undefined) return null;
  if (value.trim() !== '') return value;
  notes.add('BLANK_ENV', { name });
  return null;
}
