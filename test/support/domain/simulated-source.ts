import type { Sample } from '../../../src/domain/model.ts';

/**
 * Behaviour of a simulated source. The tests compare the analysis with this source second by second, so that no
 * definition checks itself. All durations in seconds.
 */
export interface SourceBehaviour {
  interval: number;
  intervalSpread: number;
  lifetime: number;
  lifetimeSpread: number;
  /** A generation is served at most this long after its `LastUpdated`. */
  lag: number;
  /** Chance that a rotation is late by one to three intervals. */
  lateShare: number;
  dated: boolean;
  keyed: boolean;
}

/** All durations in seconds. */
export interface PollingBehaviour {
  every: number;
  spread: number;
  missedShare: number;
  /** The chance of a pause after a poll. */
  pauseShare: number;
  longestPause: number;
  polls: number;
}

interface Issued {
  /** Seconds since the start. */
  issuedAt: number;
  servedFrom: number;
  expiration: number;
  id: number;
}

export interface SimulatedHistory {
  samples: Sample[];
  /** Remaining validity of the generation that was served in a second. */
  remainingAt(second: number): number;
  /** The number of the generation that was served in a second. */
  servedAt(second: number): number;
  start: number;
}

/** Gives the same numbers on every machine (mulberry32), so that a failing seed can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole second, because documents have whole seconds. */
const START = Date.UTC(2026, 0, 1) / 1000;

export function simulate(
  source: SourceBehaviour,
  polling: PollingBehaviour,
  random: () => number,
): SimulatedHistory {
  const around = (middle: number, spread: number) => Math.round(middle + (random() * 2 - 1) * spread);
  const pollTimes: number[] = [];
  let second = Math.round(source.interval * 2 + random() * source.interval);
  for (let poll = 0; poll < polling.polls; poll += 1) {
    if (random() >= polling.missedShare) pollTimes.push(second);
    const pause = random() < polling.pauseShare ? random() * polling.longestPause : 0;
    second += Math.max(1, around(polling.every, polling.spread) + Math.round(pause));
  }
  const issued: Issued[] = [];
  const untilNext = () => {
    const late = random() < source.lateShare ? source.interval * (1 + 2 * random()) : 0;
    return Math.max(1, around(source.interval + late, source.intervalSpread));
  };
  for (let at = 0; at <= second + source.interval; at += untilNext()) {
    issued.push({
      issuedAt: at,
      servedFrom: Math.max(
        at + Math.floor(random() * (source.lag + 1)),
        (issued.at(-1)?.servedFrom ?? -1) + 1,
      ),
      expiration: at + Math.max(1, around(source.lifetime, source.lifetimeSpread)),
      id: issued.length,
    });
  }
  const served = new Int32Array(second + 1);
  let next = 0;
  for (let at = 0; at <= second; at += 1) {
    while (next + 1 < issued.length && issued[next + 1]!.servedFrom <= at) next += 1;
    served[at] = next;
  }
  return {
    start: START,
    samples: pollTimes.map((at): Sample => {
      const { issuedAt, expiration, id } = issued[served[at]!]!;
      return {
        accessKeyId: source.keyed ? `ASIA${String(id).padStart(16, '0')}` : '',
        lastUpdated: source.dated ? (START + issuedAt) * 1000 : null,
        expiration: (START + expiration) * 1000,
        zoneless: false,
        observedAt: (START + at) * 1000,
        clockOffset: null,
      };
    }),
    remainingAt: (at) => issued[served[at]!]!.expiration - at,
    servedAt: (at) => served[at]!,
  };
}
