import type { Seconds } from '../model.ts';

const MINUTE: Seconds = 60;
const HOUR: Seconds = 3600;

/** The time fields of a crontab. Null if cron has none for this interval: its intervals start at each hour or day. */
export function findCronFields(every: Seconds): string | null {
  const step = findStep(every);
  if (step === null) return null;
  const { unit, count } = step;
  if (unit === 'minute') return `${count === 1 ? '*' : `*/${count}`} * * * *`;
  return count === 24 ? '0 0 * * *' : `0 ${count === 1 ? '*' : `*/${count}`} * * *`;
}

/** The interval for which {@link findCronFields} returns these fields. Null if there is none. */
export const findCronInterval = (fields: string): Seconds | null =>
  listCalendarIntervals().find((every) => findCronFields(every) === fields) ?? null;

/** The value of `OnCalendar=`, for the same intervals as {@link findCronFields}. */
export function findCalendar(every: Seconds): string | null {
  const step = findStep(every);
  if (step === null) return null;
  const { unit, count } = step;
  if (unit === 'minute') return `*:0/${count}`;
  return count === 24 ? '*-*-* 00:00:00' : `*-*-* 0/${count}:00:00`;
}

/** All intervals for which {@link findCalendar} has a value. */
export const listCalendarIntervals = (): Seconds[] =>
  [
    ...Array.from({ length: HOUR / MINUTE }, (_, index) => index * MINUTE),
    ...Array.from({ length: 25 }, (_, index) => index * HOUR),
  ].filter((every) => findStep(every) !== null);

/** The intervals without remainder in an hour or in a day. */
function findStep(every: Seconds): { unit: 'minute' | 'hour'; count: number } | null {
  if (every >= MINUTE && every < HOUR && every % MINUTE === 0 && HOUR % every === 0)
    return { unit: 'minute', count: every / MINUTE };
  if (every >= HOUR && every % HOUR === 0 && (24 * HOUR) % every === 0)
    return { unit: 'hour', count: every / HOUR };
  return null;
}
