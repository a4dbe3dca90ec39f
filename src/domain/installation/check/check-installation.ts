import { NOTABLE_CLOCK_OFFSET } from '../../measurement/clock-correction.ts';
import type { Seconds } from '../../model.ts';
import { secondsBetween } from '../../time/instant.ts';
import { choosePollInterval, isPolledTooRarely } from '../../verdict/checks/poll-interval.ts';
import type { InstallationFacts } from './facts.ts';
import type { CheckState, InstallationCheck } from './installation-check.ts';
import type { Poller } from './poller.ts';

/** The oldest Node that cred-watch supports. */
const MIN_NODE_VERSION = '20.18.1';

/** For an unknown interval. `check --offline` has the same limit. */
const DEFAULT_ALLOWED_AGE: Seconds = 900;

/** Everything that `init --check` reports, in the order in which it should be fixed. */
export function checkInstallation(facts: InstallationFacts): InstallationCheck[] {
  const pollers = findOwnPollers(facts);
  const others = [
    ...checkPollers(pollers, facts),
    ...checkPollInterval(pollers, facts),
    checkLastPoll(pollers, facts),
    ...listOtherPollers(facts),
    ...checkDatabase(facts),
  ];
  const node = checkNode(facts);
  // Without the addon, no fix of the other problems works.
  const isAddonMissing = facts.node.addonError !== null;
  return [
    ...(isAddonMissing ? [...node, ...others] : [...others, ...node]),
    ...checkProbe(facts),
    ...checkSource(facts),
  ];
}

function checkSource({ assumedSource, polledSources }: InstallationFacts): InstallationCheck[] {
  if (assumedSource === null) return [];
  const isContainer = polledSources.includes('container') && !polledSources.includes('imds');
  const otherSource = isContainer ? 'container' : 'imds';
  return [{ code: 'ASSUMED_SOURCE', state: 'note', source: assumedSource, otherSource }];
}

/** True if no check found a problem. */
export const isInstallationOk = (checks: readonly InstallationCheck[]): boolean =>
  checks.every(({ state }) => state !== 'problem');

/** True if no poller was found that certainly polls into the database, and another one may do so. */
export const isPollingUnknown = (checks: readonly InstallationCheck[]): boolean =>
  checks.some(({ code, state }) => code === 'NO_POLLER' && state === 'unknown');

/** The pollers that record in the database, or may do so. */
const findOwnPollers = ({ pollers, database }: InstallationFacts): Poller[] =>
  pollers.filter((poller) => poller.database === null || poller.database === database.path);

function checkPollers(own: readonly Poller[], { pollers }: InstallationFacts): InstallationCheck[] {
  if (own.length === 0) {
    const other = pollers.find(({ isOwn }) => isOwn) ?? pollers[0];
    return [{ code: 'NO_POLLER', state: 'problem', otherDatabase: other?.database ?? null }];
  }
  const isPolled = own.some(({ database, problem }) => database !== null && problem === null);
  // Each poller is one whose database is unknown.
  const isUnknown = own.every(({ database }) => database === null);
  const unknown: InstallationCheck = { code: 'NO_POLLER', state: 'unknown', otherDatabase: null };
  const checks = own.map(
    (poller): InstallationCheck => ({
      code: 'POLLER',
      state: findPollerState(poller, isPolled),
      place: poller.place,
      intervalSeconds: poller.interval,
      problem: poller.problem,
    }),
  );
  return isUnknown ? [unknown, ...checks] : checks;
}

/** The pollers of other databases, first those of this user. */
const listOtherPollers = ({ pollers, database: { path } }: InstallationFacts): InstallationCheck[] =>
  pollers
    .toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn))
    .flatMap(({ place, interval, problem, database }): InstallationCheck[] =>
      database === null || database === path
        ? []
        : [{ code: 'OTHER_POLLER', state: 'note', place, intervalSeconds: interval, problem, database }],
    );

function findPollerState({ database, problem }: Poller, isPolled: boolean): CheckState {
  // Another user's process usually polls into the database of that user.
  if (problem === null) return database === null ? 'unknown' : 'ok';
  if (problem.code === 'cron-unknown' || problem.code === 'command-unknown') return 'unknown';
  // A second poller that is stopped does no harm while the first one works.
  return isPolled && problem.code === 'unit-inactive' ? 'note' : 'problem';
}

/** The poller with the shortest interval witnesses most rotations. An unknown interval may be short enough. */
function checkPollInterval(
  pollers: readonly Poller[],
  { basis, probe }: InstallationFacts,
): InstallationCheck[] {
  // The time that is left becomes short before each rotation.
  if (basis === null || basis.code === 'TIME_LEFT' || probe.isOk === null) return [];
  const working = pollers.filter(
    ({ problem, poll }) => problem === null && (poll.flags.get('--source') ?? probe.source) === probe.source,
  );
  const intervals = working.map(({ interval }) => interval ?? 0);
  const intervalSeconds = intervals.length === 0 ? 0 : Math.min(...intervals);
  if (!isPolledTooRarely(intervalSeconds, basis.within)) return [];
  const state = basis.code === 'GENERAL' ? 'note' : 'problem';
  const pollEverySeconds = choosePollInterval(basis.within);
  return [{ code: 'POLL_INTERVAL', state, intervalSeconds, pollEverySeconds, basis }];
}

/** One poll may be missed. Two more minutes allow for jitter and slow endpoints. */
function findAllowedAge(pollers: readonly Poller[]): Seconds {
  const known = pollers.filter(({ database }) => database !== null);
  const counted = known.length > 0 ? known : pollers;
  const intervals = counted.flatMap(({ interval }) => (interval === null ? [] : [interval]));
  return intervals.length === 0 ? DEFAULT_ALLOWED_AGE : 2 * Math.max(...intervals) + 120;
}

function checkLastPoll(
  pollers: readonly Poller[],
  { polls, polledSources, now, database, probe }: InstallationFacts,
): InstallationCheck {
  const allowedSeconds = findAllowedAge(pollers);
  const source = probe.isOk === null ? null : probe.source;
  const otherSources = polls === null ? polledSources : [];
  const check = { code: 'LAST_POLL', allowedSeconds, source, otherSources } as const;
  if (polls === null) {
    const state = database.state === 'unreadable' ? 'unknown' : 'problem';
    return { ...check, state, at: null, ageSeconds: null, failure: null, otherSampleAt: null };
  }
  const { last, sampleAt, firstAt } = polls;
  const hasNotStarted = mayHaveNotStarted(pollers, secondsBetween(firstAt, now));
  if (last === null) {
    // Without a poller, another check is a problem.
    const state = hasNotStarted || pollers.every((each) => each.database === null) ? 'unknown' : 'problem';
    return { ...check, state, at: null, ageSeconds: null, failure: null, otherSampleAt: sampleAt };
  }
  const { at, failure } = last;
  const ageSeconds = secondsBetween(at, now);
  const isOk = failure === null && ageSeconds <= allowedSeconds;
  const otherSampleAt = sampleAt !== null && sampleAt > at ? sampleAt : null;
  const state = isOk ? (hasNotStarted ? 'unknown' : 'ok') : 'problem';
  return { ...check, state, at, ageSeconds, failure, otherSampleAt };
}

/**
 * True if cron or a timer may not have polled yet, so that the recorded polls are those of `init` or of the user. A
 * process polls when it starts.
 * @param age since the first poll
 */
const mayHaveNotStarted = (pollers: readonly Poller[], age: Seconds): boolean =>
  pollers.length > 0 &&
  pollers.every(({ place, interval }) => place.kind !== 'process' && interval !== null && age < interval);

function checkDatabase({ database }: InstallationFacts): InstallationCheck[] {
  const { path, state, error, exposed, mayBeRoots } = database;
  const problem = state === 'usable' ? null : state;
  const isOk = problem === null;
  const check = {
    code: 'DATABASE',
    state: isOk ? 'ok' : 'problem',
    path,
    error,
    mayBeRoots,
    problem,
  } as const;
  if (state === 'missing' || state === 'unreadable') return [check];
  const { readable, writable, folders } = exposed;
  const isExposed = readable.length + writable.length + folders.length > 0;
  return [
    check,
    { code: 'DATABASE_ACCESS', state: isExposed ? 'problem' : 'ok', readable, writable, folders },
  ];
}

function checkNode({ node }: InstallationFacts): InstallationCheck[] {
  const { path, version, addonError } = node;
  const isSupported = version !== null && compareVersions(version, MIN_NODE_VERSION) >= 0;
  return [
    { code: 'NODE', state: isSupported ? 'ok' : 'problem', path, version, minVersion: MIN_NODE_VERSION },
    { code: 'ADDON', state: addonError === null ? 'ok' : 'problem', error: addonError },
  ];
}

/** Of versions such as `20.18.1`. */
function compareVersions(a: string, b: string): number {
  const [first, second] = [a, b].map((text) => text.split('.').map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (first?.[index] ?? 0) - (second?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function checkProbe({ probe, clockOffset }: InstallationFacts): InstallationCheck[] {
  if (probe.isOk === null) {
    return [
      { code: 'CREDENTIALS', state: 'problem', failure: null, error: probe.error },
      checkClock(clockOffset),
    ];
  }
  const isImds = probe.source === 'imds';
  const { otherCredentials: note } = probe;
  const others: InstallationCheck[] =
    note === null ? [] : [{ code: 'OTHER_CREDENTIALS', state: 'note', note }];
  if (!probe.isOk) {
    const { failure } = probe;
    return [
      { code: 'CREDENTIALS', state: 'problem', failure, error: null },
      ...others,
      checkClock(clockOffset),
      ...(isImds ? [checkHopLimit(failure.possibleHopLimit ? true : null)] : []),
    ];
  }
  const { apiVersion, possibleHopLimit } = probe;
  return [
    { code: 'CREDENTIALS', state: 'ok', failure: null, error: null },
    ...others,
    checkClock(clockOffset),
    ...(isImds ? [checkHopLimit(possibleHopLimit)] : []),
    ...(isImds && apiVersion === '1' && !possibleHopLimit
      ? [{ code: 'IMDS_V1', state: 'note' } as const]
      : []),
  ];
}

function checkClock(offset: Seconds | null): InstallationCheck {
  const state = offset === null ? 'unknown' : Math.abs(offset) > NOTABLE_CLOCK_OFFSET ? 'problem' : 'ok';
  return { code: 'CLOCK', state, offsetSeconds: offset };
}

/** @param isBlocked null if IMDS did not respond, for whatever reason */
const checkHopLimit = (isBlocked: boolean | null): InstallationCheck => ({
  code: 'HOP_LIMIT',
  state: isBlocked === null ? 'unknown' : isBlocked ? 'problem' : 'ok',
  isBlocked,
});
