import type {
  AssessedFleet,
  AssessedHost,
  FleetJob,
  GroupBy,
  HostCounts,
  RoleChange,
  RoleOfSource,
  RoleTrend,
  SilentHost,
  SmallestWorstCase,
} from '../../../domain/fleet/assessed-fleet.ts';
import type { ChangedFigure } from '../../../domain/fleet/behaviour-change.ts';
import type { Instant, Seconds, SeriesIdentity } from '../../../domain/model.ts';
import { formatDuration as duration, formatFlagDuration } from '../../../domain/time/duration.ts';
import type { UnknownReason, Verdict } from '../../../domain/verdict/job-verdict.ts';
import { escapeUnprintable, quoteForShell } from '../../../untrusted-text.ts';
import { formatCount, formatNumber, formatShare } from '../../text/format-values.ts';
import { formatRoughDuration } from '../../text/rough-duration.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { REFRESH_ADVICE } from '../advice/refresh-advice.ts';
import { describeJobWithMargin, formatSafety, formatVerdict, SAFE_SO_FAR } from '../verdicts.ts';
import { UNKNOWN_REASON_NAMES } from './host-notes.ts';

export const NO_HOSTS_MESSAGE = 'no hosts';
export const NO_FLEET_JOB_MESSAGE = 'no job given: judge one with -j, for example `report --fleet -j 4h`';

/** What a report of a part of the time cannot answer if it reads stored values. */
export const PERIOD_MESSAGE =
  'with --since or --until, the watched time, changes and whether no start was safe are unknown, and trends are those of the whole history';

/** `safe: a 5h job with a margin of 5m is safe on 9,213 of 10,000 hosts (92.13%)`. */
export const describeFleetJob = (job: FleetJob): string =>
  `${formatFleetSafety({ ...job, isSafeSoFar: isSafeSoFar(job) })}: ${describeSafeHosts(job)}`;

const isSafeSoFar = ({ verdict, safeSoFarCount }: FleetJob): boolean =>
  verdict === 'safe' && safeSoFarCount > 0;

/** The verdict on a fleet, a group or a host. */
interface FleetVerdict {
  verdict: Verdict;
  isSafeSoFar: boolean;
}

/** As in the report of one host, a safe verdict of little history must not look like one of many days. */
export const formatFleetSafety = ({ verdict, isSafeSoFar: isWeak }: FleetVerdict): string =>
  isWeak ? SAFE_SO_FAR : formatSafety(verdict);

/** As {@link formatFleetSafety}, with the kind of `not safe`. */
export const formatFleetVerdict = ({ verdict, isSafeSoFar: isWeak }: FleetVerdict): string =>
  isWeak ? SAFE_SO_FAR : formatVerdict(verdict);

/** Without the verdict. */
export function describeSafeHosts({ name, job, hosts }: FleetJob): string {
  const quoted = name === null ? '' : ` (job ${escapeUnprintable(name)})`;
  if (job === null) return `the duration of job ${escapeUnprintable(name ?? '')} is unknown`;
  return `${describeJobWithMargin(job)}${quoted} is safe on ${describeShare(hosts)}`;
}

const countHosts = ({ safe, notSafe, unknown }: HostCounts): number => safe + notSafe + unknown;

/** Null without a host. */
export function computeSafeShare(hosts: HostCounts): number | null {
  const count = countHosts(hosts);
  return count === 0 ? null : hosts.safe / count;
}

function describeShare(hosts: HostCounts): string {
  const count = countHosts(hosts);
  const share = computeSafeShare(hosts);
  return `${formatNumber(hosts.safe)} of ${formatCount(count, 'host')}${share === null ? '' : ` (${formatShare(share)})`}`;
}

/** `12 not safe, 775 unknown: 700 with old samples, 75 with no witnessed rotation; 3 safe so far, with a short history`. */
export function describeOthers({
  hosts: { notSafe, unknown },
  unknownReasons,
  safeSoFarCount,
}: FleetJob): string {
  const reasons = unknownReasons.map(
    ({ code, hostCount }) => `${formatNumber(hostCount)} with ${UNKNOWN_REASON_NAMES[code]}`,
  );
  const reasonCount = unknownReasons.reduce((sum, { hostCount }) => sum + hostCount, 0);
  const several = reasonCount > unknown ? ', some for several reasons' : '';
  const why = reasons.length === 0 ? '' : `${several}: ${reasons.join(', ')}`;
  const soFar =
    safeSoFarCount === 0 ? '' : `; ${formatNumber(safeSoFarCount)} ${SAFE_SO_FAR}, with a short history`;
  return `${formatNumber(notSafe)} not safe, ${formatNumber(unknown)} unknown${why}${soFar}`;
}

export function describeSize(hostCount: number, seriesCount: number, retiredCount: number): string {
  const retired = retiredCount === 0 ? '' : `, ${formatNumber(retiredCount)} of them retired`;
  return `${formatNumber(hostCount)} with ${formatNumber(seriesCount)} series${retired}`;
}

export function describeSilence(
  { code, lastSample, age, pushedAt, deletedBefore }: SilentHost,
  times: TimeFormat = UTC_TIMES,
): string {
  const sample =
    lastSample === null || age === null
      ? describeNoSample(deletedBefore, times)
      : `newest sample ${formatRoughDuration(age)} old, from ${times.timestamp(lastSample)}`;
  switch (code) {
    case 'NO_SAMPLES':
      return sample;
    case 'SAMPLES_DELETED':
    case 'NOT_SAMPLED':
      return pushedAt === null ? sample : `${sample}; last push ${times.timestamp(pushedAt)}`;
    case 'NOT_PUSHED':
      return `no push since ${pushedAt === null ? '' : times.timestamp(pushedAt)}; ${sample}`;
  }
}

const describeNoSample = (deletedBefore: Instant | null, times: TimeFormat): string =>
  deletedBefore === null
    ? 'no sample yet'
    : `no sample since ${times.date(deletedBefore)}, and older samples were deleted`;

/** What to do about silent hosts. */
export function adviseOnSilence(silentHosts: readonly SilentHost[]): string {
  const advice = 'check on these hosts that `cred-watch poll` runs, and that its pushes succeed';
  return silentHosts.some(({ pushedAt }) => pushedAt !== null)
    ? `${advice}; remove hosts that no longer exist with \`cred-watch push --to URL --migrate --forget-host NAME\``
    : advice;
}

const formatRole = ({ source, role }: RoleOfSource): string =>
  role === '' ? source : `${source} ${escapeUnprintable(role)}`;

const FIGURE_NAMES: Record<ChangedFigure, string> = {
  'lead-time': 'lead times',
  'rotation-interval': 'rotation intervals',
  'validity-when-issued': 'validity when issued',
};

export const describeChange = (change: RoleChange): string =>
  `${formatRole(change)}: ${FIGURE_NAMES[change.figure]} ${change.direction} on ` +
  `${formatNumber(change.hostCount)} of ${formatCount(change.comparedCount, 'host')}: ` +
  `${duration(change.changed)} instead of ${duration(change.usual)} (for example host ${escapeUnprintable(change.example)})`;

export function describeTrend(trend: RoleTrend, times: TimeFormat = UTC_TIMES): string {
  const usedUp =
    trend.spareUsedUpAt === null
      ? ''
      : `; the spare validity is used up on ${times.date(trend.spareUsedUpAt)}`;
  return (
    `${formatRole(trend)}: lead times shrink on ${formatNumber(trend.hostCount)} of ${formatCount(trend.comparedCount, 'host')}, ` +
    `by up to ${duration(trend.shrinkingPerDay)} per day (host ${escapeUnprintable(trend.worstHost)})${usedUp}`
  );
}

export const formatGroupBy = (by: GroupBy): string =>
  by.kind === 'tag' ? escapeUnprintable(by.name) : by.kind;

export const formatGroupValue = (value: string | null): string =>
  value === null ? '(none)' : value === '' ? '(no role)' : escapeUnprintable(value);

/** `7 more hosts are not shown, at worst unknown; show more with --top NUMBER`. */
export function describeMore(count: number, worst: Verdict | null): string {
  const verdict = worst === null ? '' : `, at worst ${formatSafety(worst)}`;
  return `${formatCount(count, 'more host')} ${count === 1 ? 'is' : 'are'} not shown${verdict}; show more with \`--top NUMBER\``;
}

export const describeMoreSilent = (count: number): string =>
  `${formatCount(count, 'more silent host')} not shown`;

/** `imds v2 app`, the series that makes a host as bad as it is. */
export const formatWorstSeries = ({ source, apiVersion, role }: SeriesIdentity): string =>
  [apiVersion === '' ? source : `${source} v${apiVersion}`, escapeUnprintable(role)]
    .filter((part) => part !== '')
    .join(' ');

/** `hosts: 12 with 14 series`. */
export const describeFleetWithoutJob = ({ hosts, seriesCount, retiredCount }: AssessedFleet): string =>
  hosts.length === 0 ? NO_HOSTS_MESSAGE : `hosts: ${describeSize(hosts.length, seriesCount, retiredCount)}`;

/** A host and its spare. Negative: the shortfall; null without a job. */
interface WorstHost {
  host: AssessedHost;
  spare: Seconds | null;
}

const describeSpare = (spare: Seconds) =>
  spare < 0 ? `${duration(-spare)} short` : `${duration(spare)} to spare`;

/** `4h 59m 36s`, `5h 44m 59s so far`. */
export const formatFleetWorstCase = ({
  seconds,
  hasMeasuredRotation,
}: Pick<SmallestWorstCase, 'seconds' | 'hasMeasuredRotation'>): string =>
  `${duration(seconds)}${hasMeasuredRotation ? '' : ' so far'}`;

/** `4h 59m 36s on host web-1, 24s short`. Null without samples. */
export function describeWorstCase({ host: assessed, spare }: WorstHost): string | null {
  const { host, worstCase, hasMeasuredRotation } = assessed;
  if (worstCase === null) return null;
  const rest = spare === null ? '' : `, ${describeSpare(spare)}`;
  return `${formatFleetWorstCase({ seconds: worstCase, hasMeasuredRotation })} on host ${escapeUnprintable(host)}${rest}`;
}

const REASONS_OF_POLLERS: ReadonlySet<UnknownReason['code']> = new Set([
  'NO_SAMPLES',
  'NO_SAMPLES_IN_PERIOD',
  'STALE_SAMPLES',
]);

/** What to do if a job is not safe on all hosts. */
export function adviseOnFleet(
  { job, name, verdict, canStartAfterRotation, unknownReasons }: FleetJob,
  { host }: WorstHost,
): string[] {
  if (verdict === 'safe' || job === null) return [];
  const flags =
    name === null
      ? `-j ${formatFlagDuration(job.duration)}`
      : `--job ${quoteForShell(escapeUnprintable(name))}`;
  const show =
    `show why on the worst host: \`cred-watch report --host ${quoteForShell(escapeUnprintable(host.host))} ${flags}` +
    ` --margin ${formatFlagDuration(job.margin)}\`, with the same database`;
  if (verdict !== 'unknown') {
    return canStartAfterRotation
      ? [
          'start the job soon after a rotation: the report of a host says within which time',
          `or ${REFRESH_ADVICE}`,
          show,
        ]
      : [REFRESH_ADVICE, show];
  }
  return unknownReasons.some(({ code }) => REASONS_OF_POLLERS.has(code))
    ? ['check that `cred-watch poll` runs on the hosts without recent samples', show]
    : [show];
}

/**
 * `worst host web-1: 24s short`, or `worst case 4h 59m 36s on host web-1`.
 */
export function describeWorstHost({ host: assessed, spare }: WorstHost): string {
  const { host, worstCase, hasMeasuredRotation, lastSample } = assessed;
  const name = escapeUnprintable(host);
  if (spare !== null) return `worst host ${name}: ${describeSpare(spare)}`;
  return worstCase === null
    ? `worst host ${name}: no samples${lastSample === null ? '' : ' in the period'}`
    : `worst case ${formatFleetWorstCase({ seconds: worstCase, hasMeasuredRotation })} on host ${name}`;
}

export const describeSilentCount = (count: number): string => formatCount(count, 'silent host');
