import type { InitAttention } from '../../../domain/installation/attention.ts';
import type {
  InstallationState,
  PollCommand,
  ProcessReason,
  ReplacedSchedule,
  Schedule,
  ScheduleProblem,
} from '../../../domain/installation/schedule.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { joinWords } from '../../text/format-values.ts';
import type { Explanation } from '../failures/explanation.ts';
import { STOPPED_CRON } from './attentions.ts';

/** The sentence in front of a schedule. */
export function introduceSchedule(
  schedule: Schedule,
  { writes, writeCommand, hasHost, isSimulated, processReason, poll }: IntroductionOptions,
): string {
  const purpose = isSimulated ? 'For a test with these false credentials' : 'To keep sampling';
  switch (schedule.kind) {
    case 'cron':
      return writes
        ? 'The line for your crontab:'
        : `${purpose}, add this line to your crontab (\`crontab -e\`), or run \`${writeCommand}\`:`;
    case 'systemd': {
      const units = schedule.scope === 'system' ? 'units of systemd' : 'user units of systemd';
      return writes ? `The ${units}:` : `${purpose}, install these ${units}, or run \`${writeCommand}\`:`;
    }
    case 'sidecar': {
      const [what, name] =
        schedule.orchestrator === 'ecs'
          ? ['this container to the task definition', 'task']
          : ['this sidecar to the pod template', 'pod'];
      const host = hasHost
        ? ''
        : `\nEach ${name} has a new host name. With \`init --host NAME\`, all ${name}s continue one series.`;
      return `${purpose}, add ${what}, with the image of docs/docker.md:${host}`;
    }
    case 'process': {
      const reason = processReason === null ? '' : `${describeProcessReason(processReason)}\n`;
      const { inherited } = poll;
      const shell =
        inherited.length === 0
          ? ''
          : `The command needs ${joinWords(inherited)} of this shell, and does not contain ${inherited.length === 1 ? 'its value, which is' : 'their values, which are'} secret.\n`;
      return `${reason}${shell}${purpose}, run this command as long as the container or the session exists:`;
    }
  }
}

/** Why nothing else keeps sampling. */
function describeProcessReason(reason: ProcessReason): string {
  switch (reason.code) {
    case 'CONTAINER':
      return `This is a container, so a process has to poll${reason.hasCron ? '; cron runs here too: use --schedule cron if you prefer it' : ''}.`;
    case 'CRON_NOT_RUNNING':
      return 'No cron daemon runs here, so a process has to poll.';
    case 'NO_SCHEDULER':
      return 'Neither cron nor systemd is installed here, so a process has to poll.';
    case 'PROBLEM': {
      const { message } = describeScheduleProblem(reason.problem);
      return `A process has to poll, because ${message}.`;
    }
  }
}

export interface IntroductionOptions {
  /** `--write` was given. */
  writes: boolean;
  /** The same command with `--write`. */
  writeCommand: string;
  /** The user named the host to record. */
  hasHost: boolean;
  /** The credentials are false. */
  isSimulated: boolean;
  /** Null if the user chose a process. */
  processReason: ProcessReason | null;
  poll: Pick<PollCommand, 'inherited'>;
}

/** Why `--write` cannot install a schedule. */
export function describeNotInstallable(
  kind: 'sidecar' | 'process',
  processReason: ProcessReason | null,
): Explanation {
  if (processReason?.code === 'CRON_NOT_RUNNING') {
    return {
      message: 'the cron daemon does not run, and --write cannot install a process',
      hint: 'start the cron daemon, and run this command again; or run it without --write, and start the command that it prints',
    };
  }
  return kind === 'sidecar'
    ? {
        message:
          '--write cannot install a sidecar, because it is a part of the task definition or the pod template',
        hint: 'run this command without --write, and copy the sidecar',
      }
    : {
        message: '--write cannot install a process, which ends with the container or the session',
        hint: 'run this command without --write, and start the command that it prints with the container or the session; if cron runs here, add --schedule cron',
      };
}

/** Units without a running timer would have to be removed by hand. */
export const SYSTEMD_NOT_RUNNING: Explanation = {
  message: 'systemd does not run here, so --write cannot start the timer',
  hint: 'use --schedule cron or process; without --write, `init` prints the units for another machine',
};

export function askToInstall(
  schedule: Schedule,
  { isSimulated, replaces }: { isSimulated: boolean; replaces: ReplacedSchedule | null },
): string {
  const question = `${describeEarlier(replaces)}${schedule.kind === 'cron' ? askAboutLine(replaces) : 'Write these units, and run the commands?'}`;
  return isSimulated ? `The credentials are false (\`cred-watch simulate\`). ${question}` : question;
}

const askAboutLine = (replaces: ReplacedSchedule | null): string =>
  replaces === null ? 'Add this line to your crontab?' : 'Replace it?';

function describeEarlier(replaces: ReplacedSchedule | null): string {
  if (replaces === null) return '';
  const { line, every } = replaces;
  if (line !== null)
    return `Your crontab has this earlier line of \`init\`:\n\n${escapeUnprintable(line)}\n\n`;
  const polls = every === null ? '' : `, which poll every ${formatDuration(every)}`;
  return `They replace the earlier units of \`init\`${polls}. `;
}

/** Only for `--write`. */
export function describeInstallation(
  { schedule, isSimulated, attentions }: InstalledSchedule,
  state: InstallationState,
): string {
  const isCron = schedule.kind === 'cron';
  const isStopped = attentions.some(({ code }) => code === 'CRON_NOT_RUNNING');
  const undo = 'to undo, run `cred-watch init --remove`';
  switch (state) {
    case 'installed': {
      if (isStopped) return `installed, but ${STOPPED_CRON}; ${undo}`;
      const polls = `${isCron ? 'cron' : 'systemd'} polls${isSimulated ? ' false credentials' : ''} from now on`;
      return `installed: ${polls}; ${undo}`;
    }
    case 'unchanged': {
      const is = isCron ? 'the crontab has this line' : 'these units are installed, and the timer runs';
      const but = isStopped ? `, but ${STOPPED_CRON}` : '';
      return `nothing changed: ${is} already${but}`;
    }
    case 'declined':
    case 'printed':
      return 'nothing changed';
  }
}

interface InstalledSchedule {
  schedule: Schedule;
  isSimulated: boolean;
  attentions: readonly InitAttention[];
}

/** What `--write` replaced. The line shows what else has changed. */
export function describeReplaced({ line, every }: ReplacedSchedule, report: { every: Seconds }): string {
  const name = line === null ? 'the earlier units of `init`' : 'the earlier line of `init`';
  if (every !== null && every !== report.every) return `${name}, which polled every ${formatDuration(every)}`;
  return line === null ? name : `${name}: ${escapeUnprintable(line)}`;
}

/** Why a schedule cannot run the poll, and what to use instead. */
export function describeScheduleProblem(problem: ScheduleProblem): Explanation {
  switch (problem.code) {
    case 'SHELL_SOURCE':
      return {
        message: `the source ${problem.source} needs variables of this shell or container, which cron and systemd do not have`,
        hint: 'use --schedule process',
      };
    case 'INTERVAL':
      return {
        message: `${problem.kind} cannot run a poll every ${formatDuration(problem.every)}`,
        hint:
          problem.kind === 'systemd'
            ? 'use at least 10s, and an interval that divides a minute, an hour or a day, for example 30s, 5m or 30m, or use --schedule process'
            : 'use an interval that divides an hour or a day, for example 1m, 5m or 30m, or use --schedule process',
      };
    case 'CRONTAB':
      return {
        message: problem.reason,
        hint: 'let root allow this user to use cron (/etc/cron.allow), or use --schedule systemd or process',
      };
    case 'LINE_END':
      return {
        message:
          'a path or a value contains a control character, which a crontab, a unit or a terminal would interpret',
        hint: 'move the program, the database or the file to another path',
      };
    case 'BACKSLASH':
      return {
        message: `'${problem.word}' contains a backslash, which versions of cron read differently`,
        hint: 'use --schedule systemd, or move the file to another path',
      };
    case 'LINE_TOO_LONG':
      return {
        message: `the line has ${problem.length} characters, and cron accepts ${problem.limit}`,
        hint: 'use shorter paths, or --schedule systemd',
      };
    case 'UNIT_SOURCE':
      return {
        message: `a unit of the system runs without a home folder, so it cannot read the source ${problem.source}`,
        hint: 'use --schedule cron, or run init as the user who owns the credentials',
      };
    case 'UNIT_PROFILE':
      return {
        message: 'a unit of the system runs without a home folder, so it cannot read a profile',
        hint: 'use --schedule cron, or run init without AWS_PROFILE and --profile',
      };
    case 'UNIT_PROGRAM':
      return {
        message: `a unit of the system cannot run ${problem.path}, because units see no home folders`,
        hint: 'use --schedule cron, or install Node and cred-watch in /usr/local',
      };
    case 'UNIT_DATABASE':
      return {
        message: `a unit of the system uses the database /var/lib/cred-watch/samples.db, and cannot use ${problem.path}`,
        hint: 'use --schedule cron, or remove --db, CRED_WATCH_DB and XDG_STATE_HOME',
      };
    case 'UNIT_NODE':
      return {
        message: `systemd cannot start ${problem.path}, because the path contains a quote or a backslash`,
        hint: 'use --schedule cron, or install Node in /usr/local',
      };
    case 'NO_ORCHESTRATOR':
      return {
        message: 'this is neither a task of ECS nor a pod of Kubernetes, so a sidecar cannot run here',
        hint: 'use --schedule cron, systemd or process; docs/deploy.md has files for ECS and Kubernetes',
      };
  }
}
