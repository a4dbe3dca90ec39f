import type { BlankPlace } from '../../domain/poll-note.ts';
import type { Notes } from '../notes.ts';

/** A setting or variable. Messages contain the name and never the value. */
export interface NamedValue {
  name: string;
  /** Null if not set. Never `''`. */
  value: string | null;
}

/** Where a value has blanks that its user did not want. Null if nowhere. Line breaks count as blanks. */
export function findBlanks(value: string): BlankPlace | null {
  if (value === '') return null;
  if (value.trim() === '') return 'everywhere';
  const atStart = value.trimStart() !== value;
  const atEnd = value.trimEnd() !== value;
  return atStart && atEnd ? 'both' : atStart ? 'start' : atEnd ? 'end' : null;
}

/** `URL` removes the blanks, but most SDKs use them. */
export function addNoteOfBlanks({ name, value }: NamedValue, notes: Notes): void {
  const place = findBlanks(value ?? '');
  if (place !== null) notes.add({ code: 'VALUE_HAS_BLANKS', name, place });
}

/** The quotes are part of the value, for example after `docker run --env-file`. No SDK removes them. */
export const isQuoted = ({ value }: NamedValue): boolean => /^\s*(["']).*\1\s*$/s.test(value ?? '');
