import { hasNoTemporaryCredentials } from '../../failures/no-temporary-credentials.ts';
import { groupBy } from '../../lists.ts';
import type { FailedPollCount, Instant, SeriesIdentity } from '../../model.ts';
import { getHostSourceKey, getSeriesKey } from '../../series-key.ts';

/** A series, and the time of its samples. */
export interface SeriesSpan {
  identity: SeriesIdentity;
  /** The time of the samples. Null without a sample. */
  overview: { firstSample: Instant; lastSample: Instant } | null;
  /** At least one sample was polled. False if all samples were imported. */
  isPolled: boolean;
  /** The time of the newest sample of the command `poll`. Null: other commands recorded all samples. Absent: unknown. */
  lastPollAt?: Instant | null;
}

/** A series without a sample in the selected period. */
export interface EarlierSeries extends Pick<SeriesSpan, 'identity' | 'isPolled'> {
  newestOutside: Instant;
}

/** The series that replaced another series of the same host and source. */
export interface Replacement {
  identity: SeriesIdentity;
  firstSample: Instant;
  /**
   * The last sample of the replaced series, if the other series began before it: the other version of the API is used
   * again. Absent for other replacements.
   */
  endedAt?: Instant;
}

/** What decides whether a series judges jobs. */
export interface SeriesCandidate extends SeriesSpan {
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
 * their last one. The role changed, a task was restarted, or IMDSv1 is used as the fallback. A version of the API is also
 * replaced by the other version with the same role and samples half an hour later, because the host went back to this
 * version.
 *
 * A poller does not replace an imported log of the same role, because the log is the earlier history of the same
 * credentials. A log often has no role and no version of the API.
 * @param others series that may have replaced one of `series`
 * @returns each retired series, with the newest series that replaced it
 */
export function findRetired<Series extends SeriesSpan>(
  series: readonly Series[],
  others: readonly SeriesSpan[] = [],
): ReadonlyMap<Series, Replacement> {
  const latest = new Map<string, LatestBeginnings>();
  for (const { identity, isPolled, overview } of [...series, ...others]) {
    if (overview === null) continue;
    const key = getHostSourceKey(identity);
    const known = latest.get(key) ?? new LatestBeginnings();
    latest.set(key, known);
    known.add({ role: isPolled ? identity.role : null, identity, firstSample: overview.firstSample });
  }
  const versions = groupVersions([...series, ...others]);
  const retired = new Map<Series, Replacement>();
  for (const each of series) {
    const { identity, isPolled, overview } = each;
    const known = latest.get(getHostSourceKey(identity));
    const newest =
      isPolled || overview === null ? known?.findLatest() : known?.findLatestBesides(identity.role);
    if (newest != null && (overview === null || newest.firstSample > overview.lastSample)) {
      retired.set(each, { identity: newest.identity, firstSample: newest.firstSample });
      continue;
    }
    const other = findLaterVersion(each, versions.get(getRoleSeriesKey(identity)) ?? []);
    if (other !== null) retired.set(each, other);
  }
  return retired;
}

/** The series with a known version of the API, by host, source and role. */
const groupVersions = (series: readonly SeriesSpan[]): ReadonlyMap<string, readonly SeriesSpan[]> =>
  groupBy(
    series.filter(({ identity, overview }) => identity.apiVersion !== '' && overview !== null),
    ({ identity }) => getRoleSeriesKey(identity),
  );

const getRoleSeriesKey = (identity: SeriesIdentity): string => getSeriesKey({ ...identity, apiVersion: '' });

/** Two pollers can use one version each, so that the version with the newest sample changes all the time. */
const MIN_LATER_MS = 1_800_000;

/** As for roles, a poller does not replace an imported log. */
function findLaterVersion(
  { identity, isPolled, overview }: SeriesSpan,
  versions: readonly SeriesSpan[],
): Replacement | null {
  if (overview === null || identity.apiVersion === '') return null;
  const endedAt = overview.lastSample;
  let newest: { lastSample: Instant; replacement: Replacement } | null = null;
  for (const other of versions) {
    if (other.overview === null || other.identity.apiVersion === identity.apiVersion) continue;
    if (!isPolled && other.isPolled) continue;
    const { firstSample, lastSample } = other.overview;
    if (lastSample > (newest?.lastSample ?? endedAt + MIN_LATER_MS))
      newest = { lastSample, replacement: { identity: other.identity, firstSample, endedAt } };
  }
  return newest?.replacement ?? null;
}

interface Beginning extends Replacement {
  /** Null: an imported series, which replaces other ones even if their role is the same. */
  role: string | null;
}

/** The latest first samples of the series of one host and source. */
class LatestBeginnings {
  #latest: Beginning | null = null;
  #latestOfOtherRoles: Beginning | null = null;
  #latestImported: Beginning | null = null;

  add(beginning: Beginning): void {
    const { role } = beginning;
    if (role === null) this.#latestImported = chooseLater(this.#latestImported, beginning);
    if (this.#latest === null || this.#latest.role === role) {
      this.#latest = chooseLater(this.#latest, beginning);
    } else if (beginning.firstSample > this.#latest.firstSample) {
      this.#latestOfOtherRoles = this.#latest;
      this.#latest = beginning;
    } else {
      this.#latestOfOtherRoles = chooseLater(this.#latestOfOtherRoles, beginning);
    }
  }

  findLatest(): Beginning | null {
    return this.#latest;
  }

  /** Of imported series, and of polled series with another role. An unknown role, `''`, may be any role. */
  findLatestBesides(role: string): Beginning | null {
    if (role === '') return this.#latestImported;
    return this.#latest?.role === role ? this.#latestOfOtherRoles : this.#latest;
  }
}

const chooseLater = (known: Beginning | null, other: Beginning): Beginning =>
  known === null || other.firstSample > known.firstSample ? other : known;

/**
 * The series that a period leaves out, although its host had samples before: the newest series of each host and source
 * that has samples before `since`, and none in the period.
 * @param inPeriod series with samples in the period
 */
export function chooseEarlier(
  spans: readonly SeriesSpan[],
  inPeriod: readonly Pick<SeriesSpan, 'identity'>[],
  since: Instant,
): EarlierSeries[] {
  const sampled = new Set(inPeriod.map(({ identity }) => getHostSourceKey(identity)));
  const newest = new Map<string, EarlierSeries>();
  for (const { identity, isPolled, overview } of spans) {
    const key = getHostSourceKey(identity);
    if (overview === null || overview.firstSample >= since || sampled.has(key)) continue;
    const { lastSample } = overview;
    if (lastSample > (newest.get(key)?.newestOutside ?? Number.NEGATIVE_INFINITY))
      newest.set(key, { identity, isPolled, newestOutside: lastSample });
  }
  return [...newest.values()];
}

/** See {@link SeriesCandidate}. */
export const wasNeverConfigured = (
  hasSamples: boolean,
  failedPolls: readonly Pick<FailedPollCount, 'reason'>[],
): boolean =>
  !hasSamples &&
  failedPolls.length > 0 &&
  failedPolls.every(({ reason }) => hasNoTemporaryCredentials(reason));
