import { setMaxListeners } from 'node:events';
import { type CheckId, CONFORMANCE_CHECKS } from '../../domain/conformance/check-list.ts';
import type { CheckResult, ConformanceNote, ConformanceRun } from '../../domain/conformance/check-result.ts';
import type { ConformanceShape } from '../../domain/conformance/conformance-check.ts';
import { findCheck } from '../../domain/conformance/verdict.ts';
import { addWatchedChecks } from '../../domain/conformance/watch/watched-check.ts';
import type { Seconds } from '../../domain/model.ts';
import { CheckAttempt, type CheckFunction } from './check-attempt.ts';
import { SkippedCheck, UnknownCheck, UnreachableEndpoint } from './check-errors.ts';
import { createContainerChecks } from './containers/container-checks.ts';
import { createDeadline } from './exchanges/deadline.ts';
import { type Exchange, Prober } from './exchanges/prober.ts';
import { summarizeExchanges } from './exchanges/summarize-exchanges.ts';
import { createImdsChecks } from './imds/imds-checks.ts';
import { CHECK_LIMITS, MAX_REQUESTS } from './limits.ts';
import type { ConformanceOptions, ShapeChecks } from './shape-checks.ts';
import { type Watch, type WatchOptions, watchEndpoint } from './watch/watch-endpoint.ts';

type CreateChecks = (prober: Prober, options: ConformanceOptions) => ShapeChecks;

const SHAPES: Record<ConformanceShape, CreateChecks> = {
  imds: createImdsChecks,
  ecs: createContainerChecks,
  eks: createContainerChecks,
  cloudshell: createContainerChecks,
};

/**
 * Makes every check of the shape, one after the other. Sends at most `MAX_REQUESTS` requests. Ends within
 * `CHECK_LIMITS.pollMs`; later checks are unknown.
 * @throws CredWatchError if this process cannot send requests
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceRun> {
  const { url, shape, clock, limits = CHECK_LIMITS } = options;
  const deadline = createDeadline(limits.pollMs, options.signal);
  // Every concurrent request listens to it.
  setMaxListeners(MAX_REQUESTS, deadline.signal);
  const prober = new Prober({ ...options, signal: deadline.signal });
  const startedAt = clock.now();
  const checks = SHAPES[shape](prober, options);
  const results = new Map<CheckId, CheckResult>();
  let unreachable: ConformanceRun['unreachable'] = null;
  try {
    for (const id of orderChecks(shape, checks)) {
      const result = await makeCheck(id, checks.functions[id], new CheckAttempt(findCheck(id), prober));
      results.set(id, result);
      options.onResult?.(result);
    }
  } catch (error) {
    if (!(error instanceof UnreachableEndpoint)) throw error;
    unreachable = error.reason;
  } finally {
    deadline.cancel();
  }
  const watched =
    options.watch && unreachable === null ? await watch(options, options.watch, checks, prober) : null;
  const watchedResults = addWatchedChecks(listInOrder(results), watched?.checks ?? []);
  const shown = new Set(watchedResults.flatMap(({ exchanges }) => exchanges));
  const exchanges = [
    ...prober.exchanges,
    ...(watched?.exchanges ?? []).filter(({ number }) => shown.has(number)),
  ];
  return {
    endpoint: url.origin,
    shape,
    startedAt,
    durationMs: clock.now() - startedAt,
    requestCount: prober.exchanges.length + (watched?.exchanges.length ?? 0),
    exchanges: summarizeExchanges(exchanges, prober.secrets),
    results: unreachable === null ? watchedResults : [],
    notes: unreachable === null ? await listNotes(checks, prober) : [],
    watch: watched?.summary ?? null,
    unreachable,
  };
}

/** A smaller difference changes no check. */
const MIN_NOTED_OFFSET: Seconds = 60;

async function listNotes(checks: ShapeChecks, { exchanges, secrets }: Prober): Promise<ConformanceNote[]> {
  const notes = await checks.listNotes((text) => secrets.redact(text));
  const offset = exchanges.findLast(({ response }) => response !== null)?.response?.clockOffset ?? 0;
  if (Math.abs(offset) > MIN_NOTED_OFFSET) notes.push({ code: 'CLOCK_OFFSET', aheadSeconds: -offset });
  return notes;
}

/** Null if there are no credentials to watch. */
async function watch(
  options: ConformanceOptions,
  watchOptions: WatchOptions,
  checks: ShapeChecks,
  prober: Prober,
): Promise<(Watch & { exchanges: readonly Exchange[] }) | null> {
  // The time limit of the checks does not apply.
  const { signal = new AbortController().signal, shape } = options;
  const follower = new Prober({ ...options, signal, after: prober });
  try {
    const watcher = await checks.createWatcher(follower, watchOptions.seconds);
    const result = await watchEndpoint(watcher, follower, shape, watchOptions);
    return { ...result, exchanges: follower.exchanges };
  } catch (error) {
    if (error instanceof SkippedCheck || error instanceof UnknownCheck) return null;
    throw error;
  }
}

/** The checks of the shape: first those that can be made, in their order. */
function orderChecks(shape: ConformanceShape, { functions }: ShapeChecks): CheckId[] {
  const ids = CONFORMANCE_CHECKS.filter(({ shapes }) => shapes.includes(shape)).map(({ id }) => id);
  const made = Object.keys(functions);
  const getPosition = (id: CheckId) => (made.includes(id) ? made.indexOf(id) : made.length);
  return ids.sort((one, other) => getPosition(one) - getPosition(other));
}

const listInOrder = (results: ReadonlyMap<CheckId, CheckResult>): CheckResult[] =>
  CONFORMANCE_CHECKS.flatMap(({ id }) => results.get(id) ?? []);

async function makeCheck(
  id: CheckId,
  make: CheckFunction | undefined,
  attempt: CheckAttempt,
): Promise<CheckResult> {
  if (make === undefined) return { id, outcome: 'skipped', reason: { code: 'NEEDS_WATCH' }, exchanges: [] };
  const outcome = await attempt.run(make);
  return { id, ...outcome, exchanges: attempt.exchangeNumbers };
}
