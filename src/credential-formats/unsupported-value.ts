import { CredWatchError } from '../errors.ts';

/** A value that a format would mangle is refused: named, not shown. */
export function unsupportedValueError(
  format: string,
  name: string,
  why: string,
  hint: string,
): CredWatchError {
  return new CredWatchError(`${name} cannot be written as ${format}: ${why}`, hint);
}
