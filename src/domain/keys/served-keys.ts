import { groupBy } from '../lists.ts';
import { range } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import type { StoredKeyUse } from './key-use.ts';

/** A key that `serve` has passed to programs. */
export interface ServedKeyUsers {
  host: string;
  role: string;
  accessKeyId: string;
  expiration: Instant;
  /** Negative after the expiration. */
  remaining: Seconds;
  /** Users with the latest requests come first. The row of the others is the last. */
  users: readonly StoredKeyUse[];
}

/** Groups uses by key. Keys that are valid longest come first. */
export function listServedKeys(uses: readonly StoredKeyUse[], now: Instant): ServedKeyUsers[] {
  const groups = groupBy(uses, ({ host, role, accessKeyId }) => [host, role, accessKeyId].join('\0'));
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { host, role, accessKeyId, clockOffset } = first;
      const expiration = range(group.map((use) => use.expiration))?.max ?? first.expiration;
      const remaining = Math.floor((expiration - toAwsTime(now, clockOffset)) / 1000);
      return [{ host, role, accessKeyId, expiration, remaining, users: group.toSorted(compareUses) }];
    })
    .toSorted((a, b) => b.expiration - a.expiration);
}

/** If the host's clock is ahead, AWS accepts a key for longer than the host's clock suggests. */
const toAwsTime = (now: Instant, clockOffset: Seconds | null): Instant =>
  now - Math.max(0, clockOffset ?? 0) * 1000;

const compareUses = (a: StoredKeyUse, b: StoredKeyUse) =>
  Number(a.isOthers) - Number(b.isOthers) || b.lastAt - a.lastAt;

export const isStillValid = ({ remaining }: ServedKeyUsers): boolean => remaining >= 0;
