import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import type { Sample, SeriesHistory, SeriesIdentity, Span } from '../../../src/domain/model.ts';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { judgedAt, wantedJob } from './judged-at.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 2, 1);

interface HistoryOptions {
  identity?: Partial<SeriesIdentity>;
  /** Milliseconds from the first to the last sample, as all times here. */
  time?: number;
  every?: number;
  rotateEvery?: number;
  /** Validity when issued of consecutive generations, repeated. */
  lifetimes?: readonly number[];
  dated?: boolean;
  /** Since the start: times without polls, and times with failed polls. */
  pauses?: readonly Span[];
  failing?: readonly Span[];
}

/** A made-up history of one series, as a poller stores it. */
export function pretend({
  identity = {},
  time = 12 * HOUR,
  every = 5 * MINUTE,
  rotateEvery = HOUR,
  lifetimes = [6 * HOUR],
  dated = true,
  pauses = [],
  failing = [],
}: HistoryOptions = {}): SeriesHistory {
  const isIn = (spans: readonly Span[], at: number) => spans.some(({ from, to }) => at >= from && at < to);
  const samples: Sample[] = [];
  for (let at = 2 * MINUTE; at <= time; at += every) {
    if (isIn(pauses, at) || isIn(failing, at)) continue;
    const number = Math.floor(at / rotateEvery);
    const issued = START + number * rotateEvery;
    samples.push({
      accessKeyId: `ASIA${String(number).padStart(16, '0')}`,
      lastUpdated: dated ? issued : null,
      expiration: issued + (lifetimes[number % lifetimes.length] ?? 0),
      zoneless: false,
      observedAt: START + at,
      clockOffset: 0,
    });
  }
  return {
    identity: { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app', ...identity },
    isPolled: true,
    generations: groupGenerations(samples),
    newestClockOffset: null,
    session: null,
    failedPolls: failing.map(({ from, to }) => ({
      reason: 'server-error',
      count: Math.ceil((to - from) / every),
      firstAt: START + from,
      lastAt: START + to,
      lastDetail: '500',
    })),
    failedPollSpans: failing.map(({ from, to }) => ({ from: START + from, to: START + to })),
  };
}

/** @param durations of jobs with a margin of five minutes, in seconds */
export const assessed = (
  histories: readonly SeriesHistory[],
  durations: readonly number[],
  now = START + 40 * DAY,
): Assessment =>
  judgedAt(
    now,
    histories,
    durations.map((duration) => wantedJob(duration)),
    { maxAge: null },
  );
