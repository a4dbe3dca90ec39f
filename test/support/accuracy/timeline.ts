import { around } from '../random.ts';

/** All times in seconds. `issuedAt` and the other times count from the start of the history. */
export interface IssuedGeneration {
  id: number;
  issuedAt: number;
  servedFrom: number;
  /** The second in which the next generation is served. Infinite for the newest generation. */
  servedTo: number;
  expiration: number;
}

/** How one endpoint issues credentials. All durations in seconds. */
export interface IssuingBehaviour {
  interval: number;
  intervalSpread: number;
  lifetime: number;
  lifetimeSpread: number;
  /** A generation is served at most this long after its successor was issued. */
  lag: number;
  /** Chance that a rotation is late by one to three intervals. */
  lateShare: number;
  /** The lifetime changes by so much per day. 0 if absent. */
  lifetimeChangePerDay?: number;
  /** The endpoint issues nothing between these seconds. */
  stall?: { from: number; to: number } | null;
}

/** Issues credentials from second `from` to one interval after `to`. */
export function issueGenerations(
  behaviour: IssuingBehaviour,
  { from, to }: { from: number; to: number },
  random: () => number,
): IssuedGeneration[] {
  const { interval, intervalSpread, lifetime, lifetimeSpread, lag, lateShare } = behaviour;
  const { lifetimeChangePerDay = 0, stall = null } = behaviour;
  const untilNext = () => {
    const late = random() < lateShare ? interval * (1 + 2 * random()) : 0;
    return Math.max(1, around(interval + late, intervalSpread, random));
  };
  const issued: IssuedGeneration[] = [];
  let previous: IssuedGeneration | undefined;
  for (let at = from; at <= to + interval; at += untilNext()) {
    if (stall !== null && at >= stall.from && at < stall.to) at = stall.to;
    const servedFrom = Math.max(
      at + Math.floor(random() * (lag + 1)),
      (previous?.servedFrom ?? Number.NEGATIVE_INFINITY) + 1,
    );
    if (previous !== undefined) previous.servedTo = servedFrom;
    previous = {
      id: issued.length,
      issuedAt: at,
      servedFrom,
      servedTo: Number.POSITIVE_INFINITY,
      expiration:
        at + Math.max(1, around(lifetime + (lifetimeChangePerDay * at) / 86_400, lifetimeSpread, random)),
    };
    issued.push(previous);
  }
  return issued;
}

/** Finds the generation that was served in a second. Fast if the seconds ascend. */
export function findServed(issued: readonly IssuedGeneration[]): (second: number) => IssuedGeneration {
  const [first] = issued;
  if (first === undefined) throw new RangeError('an endpoint must issue at least one generation');
  let index = 0;
  return (second) => {
    let served = issued[index] ?? first;
    if (served.servedFrom > second) [index, served] = [0, first];
    for (;;) {
      const next = issued[index + 1];
      if (next === undefined || next.servedFrom > second) return served;
      index += 1;
      served = next;
    }
  };
}

/** The smallest remaining validity in the seconds `from` ≤ second < `to`. Looks at every second. */
export function stepTimeline(
  issued: readonly IssuedGeneration[],
  { from, to }: { from: number; to: number },
): number {
  const find = findServed(issued);
  let minimum = Number.POSITIVE_INFINITY;
  for (let at = from; at < to; ) {
    const { expiration, servedTo } = find(at);
    // A job may start at the end of a second.
    for (; at < to && at < servedTo; at += 1) minimum = Math.min(minimum, expiration - at - 1);
  }
  return minimum;
}
