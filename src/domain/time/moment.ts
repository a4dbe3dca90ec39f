import { tz } from '@date-fns/tz/tz';
import { endOfDay } from 'date-fns/endOfDay';
import { isValid } from 'date-fns/isValid';
import { parse } from 'date-fns/parse';
import type { Instant } from '../model.ts';
import { parseDuration } from './duration.ts';
import { parseInstant } from './instant.ts';

const inUtc = { in: tz('UTC') };

/**
 * Parses an instant as a user writes it: how long ago (`7d`), an exact time (`2026-01-31T12:00:00Z`), or a
 * day in UTC (`2026-01-31`). A day means its first or its last millisecond. Null for any other text.
 */
export function parseMoment(text: string, now: Instant, end: 'first' | 'last'): Instant | null {
  const ago = parseDuration(text);
  if (ago !== null) return now - ago * 1000;
  const exact = parseInstant(text);
  if (exact !== null) return exact.instant;
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const day = parse(text, 'yyyy-MM-dd', new Date(0), inUtc);
  if (!isValid(day)) return null;
  return end === 'first' ? day.getTime() : endOfDay(day, inUtc).getTime();
}
