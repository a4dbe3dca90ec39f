import type { Seconds } from '../model.ts';

const MINUTE: Seconds = 60;
const HOUR: Seconds = 3600;

/** cron has no seconds. */
export const SHORTEST_CRON_INTERVAL: Seconds = MINUTE;

/** systemd refuses to start a service more often than five times in ten seconds. */
const SHORTEST_CALENDAR_INTERVAL: Seconds = 10;

/** The time fields of a crontab. Null if cron has none for this interval: its intervals start at each hour or day. */
export function findCronFields(every: Seconds): string | null {
  const step = findStep(every);
  if (step === null || step.unit === 'second') return null;
  const { unit, count } = step;
  if (unit === 'minute') return `${count === 1 ? '*' : `*/${count}`} * * * *`;
  return count === 24 ? '0 0 * * *' : `0 ${count === 1 ? '*' : `*/${count}`} * * *`;
}

/** The interval for which {@link findCronFields} returns these fields. Null if there is none. */
export const findCronInterval = (fields: string): Seconds | null =>
  listCalendarIntervals().find((every) => findCronFields(every) === fields) ?? null;

/** The value of `OnCalendar=`, also for intervals of seconds that start at each minute. */
export function findCalendar(every: Seconds): string | null {
  const step = findStep(every);
  if (step === null) return null;
  const { unit, count } = step;
  if (unit === 'second') return `*:*:0/${count}`;
  if (unit === 'minute') return `*:0/${count}`;
  return count === 24 ? '*-*-* 00:00:00' : `*-*-* 0/${count}:00:00`;
}

/** All intervals for which {@link findCalendar} has a value. */
export const listCalendarIntervals = (): Seconds[] =>
  [
    ...Array.from({ length: MINUTE }, (_, index) => index),
    ...Array.from({ length: HOUR / MINUTE }, (_, index) => index * MINUTE),
    ...Array.from({ length: 25 }, (_, index) => index * HOUR),
  ].filter((every) => findStep(every) !== null);

/** The intervals without remainder in a minute, in an hour or in a day. */
function findStep(every: Seconds): { unit: 'second' | 'minute' | 'hour'; count: number } | null {
  if (every >= SHORTEST_CALENDAR_INTERVAL && every < MINUTE && MINUTE % every === 0)
    return { unit: 'second', count: every };
  if (every >= MINUTE && every < HOUR && every % MINUTE === 0 && HOUR % every === 0)
    return { unit: 'minute', count: every / MINUTE };
  if (every >= HOUR && every % HOUR === 0 && (24 * HOUR) % every === 0)
    return { unit: 'hour', count: every / HOUR };
  return null;
}
