import { selectJobNotes } from '../../domain/job-notes.ts';
import { listFalseKeyNotes } from '../../domain/keys/false-key-id.ts';
import type { Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import { listSessionNotes } from '../../domain/session-facts.ts';
import { judgeWithoutCredentials } from '../../domain/verdict/now.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import { judgeStored } from '../../watch/judge-stored.ts';
import { resolveExistingDatabase } from '../database/database-location.ts';
import { describeMissingDatabase, findRootHint } from '../database/missing-database.ts';
import { openReportDatabase, type ReadRequest, type ReportDatabase } from '../database/report-database.ts';
import {
  describeMissingPart,
  describeSelection,
  findMissingPart,
  formatNames,
} from '../flags/selection-flags.ts';
import { findConfiguredHost } from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { ProcessFlags } from '../running-job/process-flags.ts';
import { type IdentifiedJob, identifyJob } from './identify-job.ts';
import { printMeasuredDuration, resolveJob } from './job-duration.ts';

type OfflineFlags = ProcessFlags & { maxAge?: Seconds };

/** Allows for a few failed polls at the usual interval of five minutes. */
const DEFAULT_MAX_AGE: Seconds = 900;

/** The notes are those of the poll that stored the sample, as far as they matter for the job. */
export async function judgeNewestSample(
  flags: OfflineFlags,
  io: Io,
): Promise<{ judgement: NowJudgement; notes: PollNote[]; sampleAge: Seconds | null }> {
  const location = resolveExistingDatabase(flags.db, io);
  const now = io.clock.now();
  const identified = await identifyJob(flags, io);
  const request = createReadRequest(identified, flags, io);
  using database = await openReportDatabase(location, request, io);
  const { store } = database;
  const job = await resolveJob(flags, store, now);
  await printMeasuredDuration(flags, job, io);
  if (identified.failure !== null) {
    const reason = { code: 'POLL_FAILED', ...identified.failure } as const;
    const unknown = judgeWithoutCredentials(reason, null, { job, at: now, analysis: null });
    return { judgement: unknown, notes: [], sampleAge: null };
  }
  const { source } = identified.credentials;
  const host = findConfiguredHost(flags, io) ?? database.findLastHost(io.machine, source) ?? io.machine;
  assertHostExists(database, flags, io);
  const { maxAge = DEFAULT_MAX_AGE } = flags;
  const selection = { host, maxAge, machine: io.machine, ...identified.credentials };
  const { judgement, sessionFacts, sampleAge } = judgeStored(store, selection, job, now);
  if (judgement.unknownReason?.code === 'NO_SAMPLES') await explainNoSamples(database, selection, flags, io);
  const notes = [
    ...listSessionNotes(sessionFacts, judgement.judgedAt),
    ...listFalseKeyNotes(judgement.credentials?.accessKeyId ?? ''),
  ];
  return { judgement, notes: selectJobNotes(notes, judgement), sampleAge };
}

/** The series of the job. A database file is read when the series are judged, so it needs no request. */
function createReadRequest(identified: IdentifiedJob, flags: OfflineFlags, io: Io): ReadRequest {
  const host = findConfiguredHost(flags, io) ?? io.machine;
  const { source, role } = identified.failure === null ? identified.credentials : {};
  return {
    selection: { host, source, role: role === '' ? undefined : role },
    jobs: { names: flags.job === undefined ? [] : [flags.job], selection: {} },
  };
}

/**
 * Only the database file of a machine knows under which host name the machine polls.
 * @throws CredWatchError if another database has no samples of the host that the user gave
 */
function assertHostExists({ name, isFile, store }: ReportDatabase, flags: OfflineFlags, io: Io): void {
  if (isFile || store === null || store.historyReaders({}).length > 0) return;
  const host = findConfiguredHost(flags, io);
  const hosts = store.seriesNames('host');
  if (host === null || hosts.length === 0 || hosts.includes(host)) return;
  throw new CredWatchError(
    `no samples of the host ${host} in ${name}`,
    `hosts with samples: ${formatNames(hosts)}`,
  );
}

/** The verdict says what to do if the database and the names are right. */
async function explainNoSamples(
  { name, store }: ReportDatabase,
  { host, source, role }: SeriesFilter,
  flags: OfflineFlags,
  io: Io,
): Promise<void> {
  if (store === null) {
    const hint = findRootHint(name, io) ?? undefined;
    return printNote(io, describeMissingDatabase(name), hint);
  }
  if (store.seriesNames('host').length === 0) return printNote(io, `no samples in ${name}`);
  const selection = { host, source, role: role === '' ? undefined : role };
  const missing = findMissingPart(selection, (part, within) => store.seriesNames(part, within));
  if (missing === null) return;
  const { part, within } = missing;
  const wanted = describeSelection({ ...within, [part]: selection[part] });
  const isGuessed = part === 'host' && findConfiguredHost(flags, io) === null;
  const choose = isGuessed ? '; choose one with --host' : '';
  await printNote(io, `no samples of ${wanted} in ${name}`, `${describeMissingPart(missing)}${choose}`);
}
