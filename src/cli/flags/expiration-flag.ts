import type { Instant, Seconds } from '../../domain/model.ts';
import { parseDuration } from '../../domain/time/duration.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import { InvalidValueError } from './invalid-value.ts';

/** When keys expire: in this time, or at an instant. */
export type GivenExpiration = { inSeconds: Seconds } | { at: Instant };

/** `45m`, or an instant with a time zone. Quotes of JSON are removed, because some tools print the time with them. */
export function parseExpirationFlag(text: string): GivenExpiration {
  const value = text.trim().replace(/^"(.*)"$/, '$1');
  const inSeconds = parseDuration(value);
  if (inSeconds !== null) return { inSeconds };
  const parsed = parseInstant(value);
  if (parsed !== null && !parsed.zoneless) return { at: parsed.instant };
  const problem = parsed === null ? 'is not a time' : 'has no time zone';
  throw new InvalidValueError(problem, 'use a duration from now (45m) or an instant (2026-01-31T12:00:00Z)');
}

export const resolveExpiration = (given: GivenExpiration, now: Instant): Instant =>
  'at' in given ? given.at : now + given.inSeconds * 1000;
