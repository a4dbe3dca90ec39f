import { hasNoTemporaryCredentials } from '../../failures/no-temporary-credentials.ts';
import type { FailedPollCount, Instant, SeriesIdentity } from '../../model.ts';
import { getHostSourceKey } from '../../series-key.ts';

/** What decides whether a series judges jobs. */
export interface SeriesCandidate {
  identity: SeriesIdentity;
  /** The time of the samples. Null without a sample. */
  overview: { firstSample: Instant; lastSample: Instant } | null;
  /** At least one sample was polled. False if all samples were imported. */
  isPolled: boolean;
  /** Every poll failed because the source has no temporary credentials, so no job gets any from it. */
  wasNeverConfigured: boolean;
}

/** All configured series without retired ones. Also retired ones if only they are left, or if the user selected them. */
export function chooseJudgingSeries<Series extends SeriesCandidate>(
  series: readonly Series[],
  judgeRetired: boolean,
): readonly Series[] {
  return removeRetired(chooseConfigured(series), judgeRetired);
}

/** All series, if none was ever configured. */
export function chooseConfigured<Series extends Pick<SeriesCandidate, 'wasNeverConfigured'>>(
  series: readonly Series[],
): readonly Series[] {
  const configured = series.filter((each) => !each.wasNeverConfigured);
  return configured.length > 0 ? configured : series;
}

/** Removes retired series, unless a single series is left. */
export function removeRetired<Series extends SeriesCandidate>(
  series: readonly Series[],
  judgeRetired: boolean,
): readonly Series[] {
  if (series.length === 1 || judgeRetired) return series;
  const retired = findRetired(series);
  return series.filter((each) => !retired.has(each));
}

/**
 * Finds the series that are replaced: another series of the same host and source has its first sample after
 * their last one. The role changed, a task was restarted, or IMDSv1 is used as the fallback.
 *
 * A poller does not replace an imported log of the same role, because the log is the earlier history of the same
 * credentials. A log often has no role and no version of the API.
 */
export function findRetired<Series extends SeriesCandidate>(series: readonly Series[]): ReadonlySet<Series> {
  const latest = new Map<string, LatestBeginnings>();
  for (const { identity, isPolled, overview } of series) {
    if (overview === null) continue;
    const key = getHostSourceKey(identity);
    const known = latest.get(key) ?? new LatestBeginnings();
    latest.set(key, known);
    known.add(isPolled ? identity.role : null, overview.firstSample);
  }
  const retired = series.filter(({ identity, isPolled, overview }) => {
    const known = latest.get(getHostSourceKey(identity));
    if (known === undefined) return false;
    if (overview === null) return true;
    const beginning = isPolled ? known.findLatest() : known.findLatestBesides(identity.role);
    return beginning !== null && beginning > overview.lastSample;
  });
  return new Set(retired);
}

interface Beginning {
  /** Null: an imported series, which replaces other ones even if their role is the same. */
  role: string | null;
  at: Instant;
}

/** The latest first samples of the series of one host and source. */
class LatestBeginnings {
  #latest: Beginning | null = null;
  #latestOfOtherRoles: Beginning | null = null;
  #latestImported: Instant | null = null;

  add(role: string | null, at: Instant): void {
    if (role === null) this.#latestImported = Math.max(this.#latestImported ?? at, at);
    if (this.#latest === null || this.#latest.role === role) {
      this.#latest = { role, at: Math.max(this.#latest?.at ?? at, at) };
    } else if (at > this.#latest.at) {
      this.#latestOfOtherRoles = this.#latest;
      this.#latest = { role, at };
    } else if (this.#latestOfOtherRoles === null || at > this.#latestOfOtherRoles.at) {
      this.#latestOfOtherRoles = { role, at };
    }
  }

  findLatest(): Instant | null {
    return this.#latest?.at ?? null;
  }

  /** Of imported series, and of polled series with another role. An unknown role, `''`, may be any role. */
  findLatestBesides(role: string): Instant | null {
    if (role === '') return this.#latestImported;
    return (this.#latest?.role === role ? this.#latestOfOtherRoles : this.#latest)?.at ?? null;
  }
}

/** See {@link SeriesCandidate}. */
export const wasNeverConfigured = (
  hasSamples: boolean,
  failedPolls: readonly Pick<FailedPollCount, 'reason'>[],
): boolean =>
  !hasSamples &&
  failedPolls.length > 0 &&
  failedPolls.every(({ reason }) => hasNoTemporaryCredentials(reason));
