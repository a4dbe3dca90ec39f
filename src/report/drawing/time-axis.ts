import type { Instant, Seconds, Span } from '../../domain/model.ts';
import { listOffsetChanges, type TimeZone, UTC_ZONE } from '../../domain/time/zone-offsets.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { chooseRoundStep, listMultiples } from './round-steps.ts';

const DAY: Seconds = 86_400;
/** A longer axis can show the same day and month twice, so labels need the year. */
const MAX_AXIS_WITHOUT_YEARS: Seconds = 300 * DAY;

export interface TimeAxis {
  ticks: readonly Instant[];
  /** Between two ticks. */
  step: Seconds;
}

/** Ticks at round local hours or days, about `maxTicks` at most. */
export function buildTimeAxis({ from, to }: Span, maxTicks: number, zone: TimeZone = UTC_ZONE): TimeAxis {
  const step = chooseRoundStep((to - from) / 1000, maxTicks);
  const changes = listOffsetChanges(zone, { from, to });
  const ticks = changes.flatMap(([start, offset], index) => {
    // A change of the offset belongs to the time after it.
    const end = changes[index + 1]?.[0] ?? to + 1;
    const shift = offset * 1000;
    return listMultiples(step * 1000, start + shift, end - 1 + shift).map((at) => at - shift);
  });
  return { ticks, step };
}

export interface TickLabel {
  at: Instant;
  label: string;
}

/**
 * A label is a time (`08:00`), or a date (`11-18`) at midnight and for steps of days. A long axis has dates
 * with years.
 * @param dated which labels show date and time, because the date is not stated elsewhere
 */
export function labelTicks(
  { ticks, step }: TimeAxis,
  dated: 'none' | 'first' | 'all' = 'none',
  times: TimeFormat = UTC_TIMES,
): TickLabel[] {
  const length = ((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)) / 1000;
  const format = (at: Instant, index: number): string => {
    const text = times.timestamp(at);
    const [date, time] = [text.slice(0, 10), text.slice(11, step < 60 ? 19 : 16)];
    if (length > MAX_AXIS_WITHOUT_YEARS) return date;
    if (step >= DAY || text.slice(11, 19) === '00:00:00') return date.slice(5);
    const isDated = dated === 'all' || (dated === 'first' && index === 0);
    return isDated ? `${date.slice(5)} ${time}` : time;
  };
  return ticks.map((at, index) => ({ at, label: format(at, index) }));
}

export interface TwoLineLabel extends TickLabel {
  /** The date of a time, or the year of a date. Repeated at each tick. Empty for dates of one year. */
  context: string;
}

/** A time above its date, or a date above its year: narrow labels that fit side by side on a phone. */
export const labelTicksInTwoLines = (
  { ticks, step }: TimeAxis,
  times: TimeFormat = UTC_TIMES,
): TwoLineLabel[] => {
  const texts = ticks.map((at) => times.timestamp(at));
  const isOneYear = texts.at(0)?.slice(0, 4) === texts.at(-1)?.slice(0, 4);
  return ticks.map((at, index) => {
    const text = texts[index] ?? '';
    const [year, date, time] = [text.slice(0, 4), text.slice(5, 10), text.slice(11, step < 60 ? 19 : 16)];
    // A year below the first date would seem to belong only to this date.
    return step >= DAY
      ? { at, label: date, context: isOneYear ? '' : year }
      : { at, label: time, context: date };
  });
};
