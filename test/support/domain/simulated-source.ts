import type { Sample } from '../../../src/domain/model.ts';
import { type IssuingBehaviour, issueGenerations } from '../accuracy/timeline.ts';
import { around } from '../random.ts';

/**
 * Behaviour of a simulated source. The tests compare the analysis with this source second by second, so that no
 * definition checks itself. All durations in seconds.
 */
export interface SourceBehaviour extends IssuingBehaviour {
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

export interface SimulatedHistory {
  samples: Sample[];
  /** Remaining validity of the generation that was served in a second. */
  remainingAt(second: number): number;
  /** The number of the generation that was served in a second. */
  servedAt(second: number): number;
  start: number;
}

/** A whole second, because documents have whole seconds. */
const START = Date.UTC(2026, 0, 1) / 1000;

export function simulate(
  source: SourceBehaviour,
  polling: PollingBehaviour,
  random: () => number,
): SimulatedHistory {
  const pollTimes: number[] = [];
  let second = Math.round(source.interval * 2 + random() * source.interval);
  for (let poll = 0; poll < polling.polls; poll += 1) {
    if (random() >= polling.missedShare) pollTimes.push(second);
    const pause = random() < polling.pauseShare ? random() * polling.longestPause : 0;
    second += Math.max(1, around(polling.every, polling.spread, random) + Math.round(pause));
  }
  const issued = issueGenerations(source, { from: 0, to: second }, random);
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
