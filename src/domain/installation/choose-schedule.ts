import type { Seconds, SourceName } from '../model.ts';
import { buildCronLine, findCronLineProblem } from './cron-line.ts';
import { findCalendar, findCronFields } from './interval.ts';
import type { Host, PollCommand, ProcessReason, ScheduleKind, ScheduleProblem } from './schedule.ts';

const SHELL_SOURCES: ReadonlySet<SourceName> = new Set(['container', 'environment', 'github']);

const PROFILE_VARIABLES: ReadonlySet<string> = new Set([
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'],
]);

const HOME_FOLDER = /^\/(?:home|root|run\/user)(?:\/|$)/;

/** The schedule that needs the least from the user of this machine. */
export function chooseSchedule(host: Host, poll: PollCommand, every: Seconds): ScheduleKind {
  if (host.container === 'ecs' || host.container === 'kubernetes') return 'sidecar';
  if (host.container !== null) return 'process';
  const kinds = listSchedulers(host);
  return kinds.find((kind) => findScheduleProblem(kind, host, poll, every) === null) ?? 'process';
}

/** What runs on this machine, the preferred one first. */
const listSchedulers = ({ isRoot, hasSystemd, hasCrontab, isCronRunning }: Host): ScheduleKind[] => [
  ...(isRoot && hasSystemd ? (['systemd'] as const) : []),
  ...(hasCrontab && isCronRunning !== false ? (['cron'] as const) : []),
  ...(hasSystemd ? (['systemd'] as const) : []),
];

/** Why {@link chooseSchedule} returns a process for these arguments. */
export function findProcessReason(host: Host, poll: PollCommand, every: Seconds): ProcessReason {
  if (host.container !== null) {
    const canUseCron = host.hasCrontab && host.crontabError === null;
    return { code: 'CONTAINER', hasCron: canUseCron && host.isCronRunning === true };
  }
  const [kind] = listSchedulers(host);
  const problem = kind === undefined ? null : findScheduleProblem(kind, host, poll, every);
  if (problem !== null) return { code: 'PROBLEM', problem };
  return { code: host.hasCrontab ? 'CRON_NOT_RUNNING' : 'NO_SCHEDULER' };
}

/** The first reason for which this schedule cannot run the poll. Null if it can. */
export function findScheduleProblem(
  kind: ScheduleKind,
  host: Host,
  poll: PollCommand,
  every: Seconds,
): ScheduleProblem | null {
  switch (kind) {
    case 'process':
      return hasControlCharacter(poll) ? { code: 'LINE_END' } : null;
    case 'sidecar':
      return host.container === 'ecs' || host.container === 'kubernetes' ? null : { code: 'NO_ORCHESTRATOR' };
    case 'cron':
      if (host.crontabError !== null) return { code: 'CRONTAB', reason: host.crontabError };
      return findCommonProblem(kind, findCronFields(every), poll, every) ?? findCronProblem(poll, every);
    case 'systemd':
      return (
        findCommonProblem(kind, findCalendar(every), poll, every) ??
        findNodeProblem(poll) ??
        (host.isRoot ? findSystemUnitProblem(poll) : null)
      );
  }
}

function findCommonProblem(
  kind: ScheduleKind,
  times: string | null,
  poll: PollCommand,
  every: Seconds,
): ScheduleProblem | null {
  const { source } = poll;
  if (SHELL_SOURCES.has(source)) return { code: 'SHELL_SOURCE', source };
  if (times === null) return { code: 'INTERVAL', kind, every };
  return hasControlCharacter(poll) ? { code: 'LINE_END' } : null;
}

/** A terminal, a crontab and a unit interpret these characters. */
const hasControlCharacter = ({ node, program, words, database, variables }: PollCommand): boolean =>
  [node, program, ...words, database, ...variables.map(([, value]) => value)].some((text) =>
    /[\u0000-\u001f\u007f-\u009f]/.test(text),
  );

const findCronProblem = (poll: PollCommand, every: Seconds): ScheduleProblem | null =>
  findCronLineProblem(poll, buildCronLine(poll, every));

const findNodeProblem = ({ node }: PollCommand): ScheduleProblem | null =>
  /["'\\]/.test(node) ? { code: 'UNIT_NODE', path: node } : null;

function findSystemUnitProblem(poll: PollCommand): ScheduleProblem | null {
  const { source, words, variables, node, program } = poll;
  if (source !== 'imds') return { code: 'UNIT_SOURCE', source };
  if (words.includes('--profile') || variables.some(([name]) => PROFILE_VARIABLES.has(name)))
    return { code: 'UNIT_PROFILE' };
  const hidden = [node, program].find((path) => HOME_FOLDER.test(path));
  if (hidden !== undefined) return { code: 'UNIT_PROGRAM', path: hidden };
  return poll.isDefaultDatabase ? null : { code: 'UNIT_DATABASE', path: poll.database };
}
