import { around, between, pick } from '../random.ts';

/** All durations in seconds. */
export interface PollingPattern {
  every: number;
  spread: number;
  missedShare: number;
  /** The number of times per day that the poller stops for a while. */
  outagesPerDay: number;
  longestOutage: number;
  /** The poller runs only between these hours of the day, in UTC. */
  hours: { from: number; to: number } | null;
}

const DAY = 86_400;

/** A pattern from every minute to every hour. Most have jitter, missed polls or outages. */
export function drawPattern(random: () => number, longestInterval = 3600): PollingPattern {
  const every = Math.min(longestInterval, pick([60, 300, 300, 300, 600, 900, 1800, 3600], random));
  return {
    every,
    spread: pick([0, 2, Math.round(every * 0.1)], random),
    missedShare: pick([0, 0, 0.02, 0.1, 0.3], random),
    outagesPerDay: pick([0, 0, 0.2, 1], random),
    longestOutage: between(1800, 8 * 3600, random),
    hours: null,
  };
}

/** A working day that begins between 6 and 10 and lasts 7 to 11 hours. */
export function drawBusinessHours(random: () => number): { from: number; to: number } {
  const from = between(6, 10, random);
  return { from, to: from + between(7, 11, random) };
}

/** Lists the seconds of the polls. The history starts at midnight. */
export function listPollTimes(
  pattern: PollingPattern,
  { from, to }: { from: number; to: number },
  random: () => number,
): number[] {
  const { every, spread, missedShare, outagesPerDay, longestOutage, hours } = pattern;
  const outageShare = (outagesPerDay * every) / DAY;
  const times: number[] = [];
  for (let at = from; at <= to; at += Math.max(1, around(every, spread, random))) {
    const hour = (at % DAY) / 3600;
    if (hours !== null && (hour < hours.from || hour >= hours.to)) continue;
    if (random() >= missedShare) times.push(at);
    if (outagesPerDay > 0 && random() < outageShare) at += Math.round(random() * longestOutage);
  }
  return times;
}
