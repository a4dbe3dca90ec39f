import type { Seconds, Span } from '../../../domain/model.ts';
import { buildTimeAxis, labelTicks } from '../../drawing/time-axis.ts';
import type { TimeFormat } from '../../text/time-format.ts';

const DAY: Seconds = 86_400;

/** Free columns on each side of a label. */
const SPACE = 2;
/** Columns of most labels. Longer labels are omitted if they do not fit. */
const TYPICAL_LABEL_WIDTH = '00:00'.length + 2 * SPACE;
/** A shorter chart needs seconds in its end labels. */
const MIN_LENGTH_WITHOUT_SECONDS_MS = 600_000;

export interface TimeLabels {
  /** Dates and times: both ends, and round times between them. */
  labels: string;
  /** Columns of the labels between the ends. */
  ticks: ReadonlySet<number>;
}

/** The line below a chart of `width` columns. */
export function buildTimeLabels({ from, to }: Span, width: number, times: TimeFormat): TimeLabels {
  const axis = buildTimeAxis({ from, to }, width / TYPICAL_LABEL_WIDTH, times.zone);
  const begin = formatEnd(times.timestamp(from), axis.step, to - from);
  const end = formatEnd(times.timestamp(to), axis.step, to - from);
  const shortEnd = end.slice(0, 10) === begin.slice(0, 10) ? end.slice(11) : end;
  const cells = [...begin.padEnd(width)];
  const write = (text: string, column: number) => cells.splice(column, text.length, ...text);
  write(shortEnd, width - shortEnd.length);

  const ticks = new Set<number>();
  for (const { at, label } of labelTicks(axis, to - from > 2 * DAY * 1000 ? 'all' : 'none', times)) {
    const tick = Math.floor(((at - from) / (to - from)) * width);
    const column = tick - Math.floor(label.length / 2);
    const isFree = cells
      .slice(Math.max(0, column - SPACE), column + label.length + SPACE)
      .every((cell) => cell === ' ');
    if (column < 0 || column + label.length > width || !isFree) continue;
    write(label, column);
    ticks.add(tick);
  }
  return { labels: cells.join('').trimEnd(), ticks };
}

/** Omits the time of day if the steps are days. */
function formatEnd(timestamp: string, step: Seconds, length: number): string {
  if (step >= DAY) return timestamp.slice(0, 10);
  const [time, zone] = [timestamp.slice(0, 19), timestamp.slice(19)];
  return `${length < MIN_LENGTH_WITHOUT_SECONDS_MS ? time : time.slice(0, 16)}${zone}`;
}
