import { tz } from '@date-fns/tz/tz';
import { endOfDay } from 'date-fns/endOfDay';
import { isValid } from 'date-fns/isValid';
import { parse } from 'date-fns/parse';
import type { Instant } from '../model.ts';
import { parseDuration } from './duration.ts';
import { parseInstant } from './instant.ts';

const inUtc = { in: tz('UTC') };

/**
 * Reads a moment as people name it: how long ago (`7d`), exactly (`2026-01-31T12:00:00Z`), or a day (`2026-01-31`),
 * which means its first moment or its last one in UTC. Null for anything else.
 */
export function readMoment(text: string, now: Instant, end: 'first' | 'last'): Instant | null {
  const ago = parseDuration(text);
  if (ago !== null) return now - ago * 1000;
  const exact = parseInstant(text);
  if (exact !== null) return exact.instant;
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const day = parse(text, 'yyyy-MM-dd', new Date(0), inUtc);
  if (!isValid(day)) return null;
  return end === 'first' ? day.getTime() : endOfDay(day, inUtc).getTime();
}
