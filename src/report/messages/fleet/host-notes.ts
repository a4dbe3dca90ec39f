/** Sentences about the samples and polls of hosts that change no verdict. */
import type {
  AssessedFleet,
  AssessedHost,
  FailingHost,
  OldImport,
} from '../../../domain/fleet/assessed-fleet.ts';
import { range } from '../../../domain/measurement/statistics.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import { secondsBetween } from '../../../domain/time/instant.ts';
import type { UnknownReason } from '../../../domain/verdict/job-verdict.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { formatCount, formatNumber, formatShare } from '../../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';
import { WATCHED_ENOUGH } from '../verdicts.ts';

/** After the name of a host, or after a number of hosts and `with`. */
export const UNKNOWN_REASON_NAMES: Record<UnknownReason['code'], string> = {
  NO_SAMPLES: 'no samples',
  NO_SAMPLES_IN_PERIOD: 'no samples in the period',
  SAMPLES_IN_FUTURE: 'samples in the future',
  NO_WITNESSED_ROTATION: 'no witnessed rotation',
  STALE_SAMPLES: 'old samples',
  ROTATION_OVERDUE: 'an overdue rotation',
  ISSUED_IN_FUTURE: 'a wrong clock',
  VALIDITY_TOO_LONG: 'a wrong zone, clock or source',
  LEAD_TIMES_SHRINK: 'shrinking lead times',
  TOO_LITTLE_WATCHED: 'too little watched time',
  RECENT_LEAD_TIMES_SHORTER: 'shorter recent lead times',
  NEWEST_CREDENTIALS_SHORTEST: 'a late rotation',
  TOO_FEW_ROTATIONS: 'too few rotations',
};

const REASONS_OF_AGE = ['STALE_SAMPLES', 'NO_SAMPLES_IN_PERIOD'] as const;
const MAX_NAMED = 3;
const [MINUTE, HOUR, DAY]: [Seconds, Seconds, Seconds] = [60, 3600, 86_400];

/** `a, b, c and 2 more`. */
function joinNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const named = names.slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${named} and ${formatNumber(more)} more` : named;
}

/** `4 hosts have only imported samples, the newest from 2015-11-18: a, b, c and 1 more; …`. The oldest are named. */
export function describeOldImports(
  hosts: readonly OldImport[],
  times: TimeFormat = UTC_TIMES,
  quote: (host: string) => string = escapeUnprintable,
): string {
  const newest = times.date(range(hosts.map(({ lastSample }) => lastSample))?.max ?? 0);
  return (
    `${formatCount(hosts.length, 'host')} ${hosts.length === 1 ? 'has' : 'have'} only imported samples, ` +
    `the newest from ${newest}: ${joinNames(hosts.map(({ host }) => quote(host)))}; ` +
    'judge only recent samples with `--max-age 24h`'
  );
}

/** The hosts whose verdict is about credentials that they no longer get: `the judged series is retired on 1 host: …`. */
export function listRetiredHosts(
  { hosts }: Pick<AssessedFleet, 'hosts'>,
  quote: (host: string) => string = escapeUnprintable,
): string[] {
  const retired = hosts.filter(({ replacedBy }) => replacedBy !== null);
  if (retired.length === 0) return [];
  const names = joinNames(retired.map(({ host }) => quote(host)));
  return [
    `the judged series is retired on ${formatCount(retired.length, 'host')}: ${names}; ` +
      'without --role, the series that replaced it is judged',
  ];
}

/** `polls fail on 2 hosts: web-1 (throttled), web-2 (timeout)`. */
export const describeFailingHosts = (hosts: readonly FailingHost[]): string =>
  `polls fail on ${formatCount(hosts.length, 'host')}: ` +
  joinNames(hosts.map(({ host, reason }) => `${escapeUnprintable(host)} (${reason})`));

/** Follows the name of the host. */
export const describeFailingHost = (
  { source, reason, lastAt }: FailingHost,
  times: TimeFormat = UTC_TIMES,
): string => `the last poll of ${source} failed at ${times.timestamp(lastAt)} (${reason})`;

export const FAILING_ADVICE =
  'run `cred-watch sources` on these hosts: it shows each source and what to repair; new rotations are not recorded meanwhile';

export const describeMoreFailing = (count: number): string =>
  `${formatCount(count, 'more host')} with failing polls not shown`;

/** What the table says about each host besides the verdict, by name: `polls fail, samples 20d old, only 54.2% watched`. */
export function listHostNotes(
  { hosts, failingHosts, oldImports, silentHosts }: AssessedFleet,
  now: Instant,
): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  const add = (host: string, note: string) => {
    const known = notes.get(host);
    notes.set(host, known === undefined ? note : `${known}, ${note}`);
  };
  for (const { host, replacedBy } of hosts) if (replacedBy !== null) add(host, 'retired');
  for (const { host } of failingHosts) add(host, 'polls fail');
  for (const { host, lastSample } of oldImports) add(host, describeAge(secondsBetween(lastSample, now)));
  for (const { host, age } of silentHosts) if (age !== null) add(host, describeAge(age));
  const withAge = new Set([...oldImports, ...silentHosts.filter(({ age }) => age !== null)].map(getHost));
  for (const host of hosts) {
    const codes = listUnknownCodes(host);
    // The age of the samples says more.
    if (withAge.has(host.host)) for (const code of REASONS_OF_AGE) codes.delete(code);
    for (const note of listHistoryNotes(host, codes)) add(host.host, note);
  }
  return notes;
}

/** `; 3 hosts were watched for less than 95% of the time`, because their notes can be beyond the shown hosts. */
export function describeLittleWatched(hosts: readonly AssessedHost[]): string {
  const count = hosts.filter(isLittleWatched).length;
  const were = `${formatCount(count, 'host')} ${count === 1 ? 'was' : 'were'}`;
  return count === 0 ? '' : `; ${were} watched for less than ${formatShare(WATCHED_ENOUGH)} of the time`;
}

const isLittleWatched = ({ watchedShare }: Pick<AssessedHost, 'watchedShare'>): boolean =>
  watchedShare !== null && watchedShare < WATCHED_ENOUGH;

const getHost = ({ host }: { host: string }): string => host;

/** Why the verdict of a host is unknown. Empty with another verdict. */
const listUnknownCodes = ({ verdict, judgements }: AssessedHost): Set<UnknownReason['code']> =>
  new Set(
    verdict !== 'unknown'
      ? []
      : judgements.flatMap((each) => each?.unknownReasons.map(({ code }) => code) ?? []),
  );

/** With another verdict than safe, a short history is not what the reader needs to know. */
function listHistoryNotes(
  { watchedShare, isHistoryShort, isSafeSoFar, verdict }: AssessedHost,
  unknownCodes: ReadonlySet<UnknownReason['code']>,
): string[] {
  const isShareShown =
    watchedShare !== null && (unknownCodes.has('TOO_LITTLE_WATCHED') || isLittleWatched({ watchedShare }));
  return [
    ...[...unknownCodes]
      .filter((code) => !(isShareShown && code === 'TOO_LITTLE_WATCHED'))
      .map((code) => UNKNOWN_REASON_NAMES[code]),
    ...(isShareShown ? [`only ${formatShare(watchedShare)} watched`] : []),
    ...(isSafeSoFar || (verdict === null && isHistoryShort) ? ['short history'] : []),
  ];
}

function describeAge(age: Seconds): string {
  if (age < HOUR) return `samples ${Math.floor(age / MINUTE)}m old`;
  return `samples ${age < DAY ? `${Math.floor(age / HOUR)}h` : `${formatNumber(Math.floor(age / DAY))}d`} old`;
}
