import { constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type {
  DatabaseFacts,
  ErrorText,
  LastPoll,
  RecordedPolls,
} from '../../../domain/installation/check/facts.ts';
import { valueAt } from '../../../domain/measurement/columns/column.ts';
import { minBy } from '../../../domain/measurement/statistics.ts';
import type { Instant, Seconds, SourceName } from '../../../domain/model.ts';
import { analyseColumns } from '../../../domain/verdict/analyse.ts';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../../errors.ts';
import { ROOT_DATABASE_PATH } from '../../../store/database-path.ts';
import { findExposedFiles } from '../../../store/exposed-files.ts';
import type { SampleStore } from '../../../store/sample-store.ts';
import { canAccess } from '../file-access.ts';

export interface ReadResult {
  database: DatabaseFacts;
  polls: RecordedPolls | null;
  /** The sources with polls. */
  polledSources: readonly SourceName[];
  /** The newest known one. */
  clockOffset: Seconds | null;
  /** Between the rotations of the source. Null before two rotations. */
  measuredInterval: Seconds | null;
  /** Why the addon of SQLite cannot be loaded. */
  addonError: ErrorText | null;
}

interface ReadOptions {
  isRoot: boolean;
  /** The path is the default of this user. */
  isDefault: boolean;
  /** True if only another user writes the file, for example a dynamic user of systemd. */
  isWrittenByOther: boolean;
  /** Only polls of this source count. Null: of all sources. */
  source: SourceName | null;
  now: Instant;
}

/** Reads a database without changing it. */
export async function readDatabase(
  path: string,
  { isRoot, isDefault, isWrittenByOther, source, now }: ReadOptions,
): Promise<ReadResult> {
  const facts = {
    path,
    error: null,
    exposed: { readable: [], writable: [], folders: [] },
    mayBeRoots: !isRoot && isDefault && existsSync(dirname(ROOT_DATABASE_PATH)),
  };
  const notRead = {
    polls: null,
    polledSources: [],
    clockOffset: null,
    measuredInterval: null,
    addonError: null,
  };
  const missing = async (state: 'missing' | 'empty'): Promise<ReadResult> => ({
    database: { ...facts, state },
    ...notRead,
    addonError: await findAddonError(),
  });
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === 0) return await missing('empty');
    const { SampleStore } = await import('../../../store/sample-store.ts');
    using store = SampleStore.openReadOnly(path);
    if (store === null) return await missing('missing');
    const isWritable = isWrittenByOther || (canWrite(path) && canWrite(dirname(path)));
    return {
      database: {
        ...facts,
        exposed: findExposedFiles(path, 'any'),
        state: isWritable ? 'usable' : 'read-only',
      },
      ...findNewest(store, source),
      polledSources: listPolledSources(store),
      measuredInterval: findMeasuredInterval(store, source, now),
      addonError: null,
    };
  } catch (error) {
    if (getSystemErrorCode(error) !== null && !(error instanceof CredWatchError)) {
      const message = `could not read ${path}: ${describeSystemError(error)}`;
      const text = { message, hint: 'run the check as the user who polls, for example with sudo' };
      return { database: { ...facts, state: 'unreadable', error: text }, ...notRead };
    }
    if (!(error instanceof CredWatchError)) throw error;
    const text = { message: error.message, hint: error.hint ?? null };
    const isAddon = error.code === 'DATABASE_DRIVER_MISSING';
    return {
      database: { ...facts, state: 'unreadable', error: text },
      ...notRead,
      addonError: isAddon ? text : null,
    };
  }
}

const canWrite = (path: string): boolean => canAccess(path, constants.W_OK);

/** Loads the addon, because nothing else does if there is no database. */
async function findAddonError(): Promise<ErrorText | null> {
  const { SampleStore } = await import('../../../store/sample-store.ts');
  try {
    SampleStore.openTemporary('/dev/null').close();
    return null;
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    return { message: error.message, hint: error.hint ?? null };
  }
}

/** Imported samples do not count as polls. */
function listPolledSources(store: SampleStore): SourceName[] {
  const sources = new Set<SourceName>();
  for (const read of store.historyReaders({})) {
    const { identity, isPolled, failedPolls } = read();
    if (isPolled || failedPolls.length > 0) sources.add(identity.source);
  }
  return [...sources].sort();
}

/** Of the newest series that a poll recorded. */
function findMeasuredInterval(store: SampleStore, source: SourceName | null, now: Instant): Seconds | null {
  if (source === null) return null;
  const measurements = store
    .historyReaders({ source })
    .map((read) => read())
    .filter(({ isPolled }) => isPolled)
    .flatMap((history) => analyseColumns(history, { now, maxAge: 'default' }).measurement ?? []);
  const newest = minBy(measurements, ({ lastSample }) => -lastSample);
  return newest?.rotationInterval?.median ?? null;
}

/** By the clock of the host. Imported samples do not count as polls. */
function findNewest(
  store: SampleStore,
  source: SourceName | null,
): Pick<ReadResult, 'polls' | 'clockOffset'> {
  const filter = source === null ? {} : { source };
  let sampleAt: Instant | null = null;
  let firstAt = Number.POSITIVE_INFINITY;
  let newestAt = Number.NEGATIVE_INFINITY;
  let clockOffset: Seconds | null = null;
  const polledAt = store.seriesSpans(filter).flatMap(({ lastPollAt = null }) => lastPollAt ?? []);
  let last: LastPoll | null = polledAt.length === 0 ? null : { at: Math.max(...polledAt), failure: null };
  const consider = (at: Instant, offset: Seconds | null) => {
    if (at <= newestAt) return;
    newestAt = at;
    clockOffset = offset;
  };
  for (const read of store.historyReaders(filter)) {
    const { generations, isPolled, failedPolls, newestClockOffset } = read();
    for (let index = 0; isPolled && index < generations.count; index += 1) {
      const at = valueAt(generations.rawLastSeen, index);
      firstAt = Math.min(firstAt, valueAt(generations.rawFirstSeen, index));
      sampleAt = Math.max(sampleAt ?? at, at);
      consider(at, newestClockOffset);
    }
    for (const { reason, firstAt: first, lastAt, lastDetail } of failedPolls) {
      firstAt = Math.min(firstAt, first);
      consider(lastAt, newestClockOffset);
      if (last === null || lastAt > last.at) last = { at: lastAt, failure: { reason, detail: lastDetail } };
    }
  }
  const polls = newestAt === Number.NEGATIVE_INFINITY ? null : { last, sampleAt, firstAt };
  return { polls, clockOffset };
}
