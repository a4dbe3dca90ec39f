import type { Seconds } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { isTooLongDuration, parseDuration } from '../../domain/time/duration.ts';
import { parseConfidence } from '../../domain/verdict/job.ts';
import { InvalidValueError } from './invalid-value.ts';

/** @throws InvalidValueError */
export function parseDurationFlag(text: string): Seconds {
  const seconds = parseDuration(text.trim());
  if (seconds !== null) return seconds;
  if (isTooLongDuration(text.trim()))
    throw new InvalidValueError('is too long', 'use at most 36525d, a hundred years');
  throw new InvalidValueError('is not a duration', 'use 90s, 15m, 1h30m, 5h, 7d or PT5H');
}

/** @throws InvalidValueError if the text is not a duration, or is 0 */
export function parsePositiveDurationFlag(text: string): Seconds {
  const seconds = parseDurationFlag(text);
  if (seconds === 0) throw new InvalidValueError('is too short', 'use at least 1s');
  return seconds;
}

/**
 * `95%` or `0.95`, as a share 0…1.
 * @throws InvalidValueError
 */
export function parseConfidenceFlag(text: string): number {
  const share = parseConfidence(text.trim());
  if (share === null) throw new InvalidValueError('is not a confidence', 'use 95% or 0.95');
  return share;
}

/**
 * Any name that a user can choose: not empty, no control characters.
 * @throws InvalidValueError
 */
export function parseNameFlag(text: string): string {
  const problem = findNameProblem(text);
  if (problem !== null) throw new InvalidValueError('is not a valid name', problem);
  return text;
}

/**
 * A role name as IAM allows it. Anything else would request another path of the endpoint.
 * @throws InvalidValueError
 */
export function parseRoleNameFlag(text: string): string {
  if (/^[\w+=,.@-]{1,64}$/.test(text)) return text;
  throw new InvalidValueError('is not a role name', 'use 1 to 64 letters, digits or any of +=,.@_-');
}

/** The parser of flags that may be repeated. */
export const appendFlagValue = (text: string, before: readonly string[]): string[] => [...before, text];
