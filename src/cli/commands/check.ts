import { selectJobNotes } from '../../domain/job-notes.ts';
import type { Seconds } from '../../domain/model.ts';
import type { PollNote } from '../../domain/poll-note.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import { EndpointTimer } from '../../sources/http/endpoint-timer.ts';
import { exchangeOverSocket } from '../../sources/http/socket-exchange.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { watchCreation } from '../database/created-database.ts';
import { assertNotPostgres } from '../database/database-location.ts';
import { NOT_SAFE, toExitCode, WAIT_INTERRUPTED } from '../flags/exit-codes.ts';
import { createFormatFlag } from '../flags/shared-flags.ts';
import { getTextStyle, type Io, printText } from '../process/io.ts';
import { createPollNotePrinter, printVariablesNote } from '../process/messages.ts';
import { addProcessFlags, type ProcessFlags, validateProcessFlags } from '../running-job/process-flags.ts';
import { findGeneralKnowledge } from '../start-check/general-knowledge.ts';
import { suggestJobDuration, validateJobDuration } from '../start-check/job-duration.ts';
import { listOtherSeries } from '../start-check/other-series.ts';
import { printSlowEndpoint } from '../start-check/slow-endpoint.ts';
import {
  addStartCheckFlags,
  checkStart,
  openStartCheck,
  printInterruption,
} from '../start-check/start-check.ts';
import { createTimeZoneFlag, openTimeFormat } from '../time-zone/time-zone-flag.ts';

export interface CheckFlags extends ProcessFlags {
  offline?: boolean;
  maxAge?: Seconds;
}

export const checkCommand: CommandDefinition = {
  name: 'check',
  group: 'Judge',
  summary: 'may a job start now? --wait waits until it may',
  description: 'judge a job that starts now, or that is running (--pid); --wait waits for a safe start',
  readsFlagVariables: true,
  isNagiosPlugin: true,
  declare: (command) =>
    addProcessFlags(addStartCheckFlags(command))
      .option('--offline', 'judge the newest stored sample; send no request')
      .option(
        '--max-age <duration>',
        'with --offline: report `unknown` if the newest sample is older than this (default: 15m)',
      )
      .addOption(createFormatFlag())
      .addOption(createTimeZoneFlag()),
  help: {
    commonFlags: [
      '--job-duration',
      '--margin',
      '--wait',
      '--offline',
      '--pid',
      '--source',
      '--profile',
      '--format',
    ],
    notes: [
      'The forecast of the next rotation uses the newest 1,000 generations of the series.',
      '--pid reads the variables with which the process was started, and records no sample. The job starts with the ' +
        'process, or when its key was issued if the database knows a later time. With -j, the rest of the job is judged.',
      '--pid --watch prints the verdict and follows the process until it ends. The exit code is then 0 if the job ended ' +
        'before its credentials expired, 1 if they expired first, and 3 if that is unknown.',
      {
        heading: 'In a systemd unit',
        verbatim: ['ExecCondition=cred-watch check -j 4h --exit-codes systemd'],
      },
    ],
    exitCodes: [['0', 'safe'], ...NOT_SAFE, WAIT_INTERRUPTED],
    examples: [
      ['cred-watch check -j 4h30m', 'may the job start now?'],
      ['cred-watch check -j 4h30m --wait 90m', 'wait until a start is safe'],
      ['cred-watch check -j 4h --offline', 'judge the newest stored sample'],
      ['cred-watch check -j auto --job nightly', 'as long as its longest run'],
      ['cred-watch check -j 4h --pid 4711', 'will a running job end in time?'],
      ['cred-watch check --pid 4711 --watch', 'follow a running job until its end'],
      ['cred-watch check -j 4h --exit-codes nagios', 'one line for Nagios or Icinga'],
    ],
  },
  async run(flags: CheckFlags, invocation) {
    validate(flags, invocation);
    const { io } = invocation;
    const times = await openTimeFormat(flags, io);
    if (flags.pid !== undefined) {
      assertNotPostgres(flags.db, io, 'give the database file of the host that runs the process');
      const { checkProcess } = await import('../running-job/check-pid.ts');
      return checkProcess(flags.pid, flags, times, io);
    }
    if (flags.offline) {
      const { judgeNewestSample } = await import('../start-check/judge-offline.ts');
      const { judgement, notes, sampleAge } = await judgeNewestSample(flags, io);
      await createPollNotePrinter(io, times)(notes);
      return printVerdict(
        { judgement, notes, otherSeries: [], isWithoutDatabase: false, sampleAge },
        flags,
        times,
        invocation,
      );
    }
    const noteCreation = watchCreation(flags.db, io);
    const timer = new EndpointTimer();
    using context = await openStartCheck(flags, io, timer.measure(exchangeOverSocket));
    await noteCreation();
    const { judgement, recordedPoll, interruptedBy } = await checkStart(context, flags, io, times);
    const notes = selectJobNotes(recordedPoll.outcome.notes, judgement);
    await createPollNotePrinter(io, times)(notes);
    if (recordedPoll.outcome.ok)
      await printSlowEndpoint(timer.findSlowEndpoint(), context.source.name, flags, io);
    if (interruptedBy !== null) return printInterruption(interruptedBy, io);
    const otherSeries = listOtherSeries(context.store, judgement);
    const isWithoutDatabase = context.store.isWithoutDatabase === true;
    return printVerdict({ judgement, notes, otherSeries, isWithoutDatabase }, flags, times, invocation);
  },
};

function validate(flags: CheckFlags, invocation: Invocation): void {
  validateProcessFlags(flags, invocation);
  if (flags.jobDuration === undefined && flags.pid === undefined) {
    const hint = suggestJobDuration('check', flags, '4h30m', invocation.io.env);
    throw new CredWatchError('check needs a job duration', hint);
  }
  validateJobDuration(flags);
  if (flags.pid !== undefined) return;
  if (flags.jobDuration !== 'auto') {
    const hint = 'use -j auto to judge by the longest run of the job, or remove --job';
    rejectFlags(invocation, ['--job'], 'and -j with a duration cannot be combined', hint);
  }
  if (flags.offline) {
    const hint = 'remove --offline to poll until a start is safe';
    rejectFlags(invocation, ['--wait'], 'and --offline cannot be combined', hint);
    const expiresHint = 'remove --offline: reading keys that state no expiration needs no request';
    rejectFlags(invocation, ['--expires'], 'and --offline cannot be combined', expiresHint);
  } else {
    const hint = 'remove --max-age: without --offline, check takes a new sample';
    rejectFlags(invocation, ['--max-age'], 'needs --offline', hint);
  }
}

interface Judged {
  judgement: NowJudgement;
  notes: readonly PollNote[];
  otherSeries: readonly string[];
  isWithoutDatabase: boolean;
  /** Since the stored sample of --offline. */
  sampleAge?: Seconds | null;
}

/** Returns the exit code. */
async function printVerdict(
  judged: Judged,
  flags: CheckFlags,
  times: TimeFormat,
  { io, command }: Invocation,
): Promise<number> {
  const { judgement } = judged;
  if (judgement.credentials === null) await printVariablesNote(command, io);
  const text = await render(judged, flags, times, io);
  await (flags.format === 'json' ? io.stdout.write(text) : printText(io, text));
  return toExitCode(judgement.verdict);
}

async function render(
  { judgement, notes, otherSeries, isWithoutDatabase, sampleAge }: Judged,
  { format, exitCodes, wait, offline, db }: CheckFlags,
  times: TimeFormat,
  io: Io,
): Promise<string> {
  if (format === 'json') {
    const { renderNowJson } = await import('../../report/now/json.ts');
    return renderNowJson(judgement, notes, await findGeneralKnowledge(judgement, offline === true, io));
  }
  if (exitCodes === 'nagios') {
    const { renderNagiosLine } = await import('../../report/now/nagios-line.ts');
    return renderNagiosLine(judgement, notes);
  }
  const { renderNowText } = await import('../../report/now/text.ts');
  const style = getTextStyle(io);
  const context = {
    hasWaited: wait !== undefined,
    isOffline: offline === true,
    times,
    otherSeries,
    isWithoutDatabase,
    sampleAge: sampleAge ?? null,
    database: db === undefined ? null : { file: isPostgresUrl(db) ? null : db },
    ...style,
  };
  const verdict = renderNowText(judgement, context);
  // A safe start needs no forecast.
  if (judgement.verdict === 'safe') return verdict;
  const knowledge = await findGeneralKnowledge(judgement, offline === true, io);
  if (knowledge.length === 0) return verdict;
  const { renderKnowledgeText } = await import('../../report/general-knowledge/text.ts');
  return [verdict, renderKnowledgeText(knowledge, style)].filter((part) => part !== '').join('\n');
}
