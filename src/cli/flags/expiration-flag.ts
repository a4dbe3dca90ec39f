import type { Instant, Seconds } from '../../domain/model.ts';
import { parseDuration } from '../../domain/time/duration.ts';
import { isTimeWithoutSeconds, parseInstant } from '../../domain/time/instant.ts';
import { InvalidValueError } from './invalid-value.ts';
import { askForDuration, hasNoUnit } from './suggestions/suggest-values.ts';

/** When keys expire: in this time, or at an instant. */
export type GivenExpiration = { inSeconds: Seconds } | { at: Instant };

/** `45m`, or an instant with a time zone. Quotes of JSON are removed, because some tools print the time with them. */
export function parseExpirationFlag(text: string): GivenExpiration {
  const value = text.trim().replace(/^"(.*)"$/, '$1');
  const inSeconds = parseDuration(value);
  if (inSeconds !== null) return { inSeconds };
  const parsed = parseInstant(value);
  if (parsed !== null && !parsed.zoneless) return { at: parsed.instant };
  throw new InvalidValueError(
    describeProblem(value, parsed !== null),
    (parsed === null ? askForDuration(value) : null) ??
      'use a duration from now (45m) or an instant (2026-01-31T12:00:00Z)',
  );
}

function describeProblem(value: string, isTime: boolean): string {
  if (isTime) return 'has no time zone';
  if (hasNoUnit(value) && askForDuration(value) !== null) return 'has no unit';
  return isTimeWithoutSeconds(value) ? 'has no seconds' : 'is not a time';
}

export const resolveExpiration = (given: GivenExpiration, now: Instant): Instant =>
  'at' in given ? given.at : now + given.inSeconds * 1000;
