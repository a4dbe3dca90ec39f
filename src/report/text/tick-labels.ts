import type { Instant, Seconds } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';

const DAY: Seconds = 86_400;
/** From here on a day and a month may mean two years. */
const YEARS_APART: Seconds = 300 * DAY;

/**
 * `08:00`, at the first moment of a day `11-18`; days alone where the steps are days, with their year where they may need
 * it. Those in `dated` are told with their day, where nothing beside them tells it.
 */
export function formatTickLabels(
  ticks: readonly Instant[],
  step: Seconds,
  dated: 'none' | 'first' | 'all' = 'none',
): string[] {
  const length = ((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)) / 1000;
  return ticks.map((tick, index) => {
    const text = formatInstant(Math.floor(tick / 1000) * 1000);
    const [date, hour] = [text.slice(0, 10), text.slice(11, step < 60 ? 19 : 16)];
    if (length > YEARS_APART) return date;
    if (step >= DAY || tick % (DAY * 1000) === 0) return date.slice(5);
    const isDated = dated === 'all' || (dated === 'first' && index === 0);
    return isDated ? `${date.slice(5)} ${hour}` : hour;
  });
}
