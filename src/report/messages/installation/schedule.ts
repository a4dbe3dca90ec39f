import type { InstallationState, Schedule, ScheduleProblem } from '../../../domain/installation/schedule.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { formatShellCommand } from '../../../untrusted-text.ts';
import type { Explanation } from '../failures/explanation.ts';

/** The sentence in front of a schedule. */
export function introduceSchedule(
  schedule: Schedule,
  { writes, writeCommand, hasHost }: IntroductionOptions,
): string {
  switch (schedule.kind) {
    case 'cron':
      return writes
        ? 'This line of your crontab keeps sampling:'
        : `To keep sampling, add this line to your crontab (\`crontab -e\`), or run \`${writeCommand}\`:`;
    case 'systemd': {
      const units = schedule.scope === 'system' ? 'units of systemd' : 'user units of systemd';
      return writes
        ? `These ${units} keep sampling:`
        : `To keep sampling, install these ${units}, or run \`${writeCommand}\`:`;
    }
    case 'sidecar': {
      const [what, name] =
        schedule.orchestrator === 'ecs'
          ? ['this container to the task definition', 'task']
          : ['this sidecar to the pod template', 'pod'];
      const host = hasHost
        ? ''
        : `\nEach ${name} has a new host name. With \`init --host NAME\`, all ${name}s continue one series.`;
      return `To keep sampling, add ${what}, with the image of docs/docker.md:${host}`;
    }
    case 'process':
      return 'To keep sampling, run this command as long as the container or the session exists:';
  }
}

export interface IntroductionOptions {
  /** `--write` was given. */
  writes: boolean;
  /** The same command with `--write`. */
  writeCommand: string;
  /** The user named the host to record. */
  hasHost: boolean;
}

/** Why `--write` cannot install a schedule. */
export function describeNotInstallable(
  schedule: Extract<Schedule, { kind: 'sidecar' | 'process' }>,
): Explanation {
  return schedule.kind === 'sidecar'
    ? {
        message:
          '--write cannot install a sidecar, because it is a part of the task definition or the pod template',
        hint: 'run `cred-watch init` without --write, and copy the sidecar',
      }
    : {
        message: '--write cannot install a process, which ends with the container or the session',
        hint: 'run `cred-watch init`, and start the command that it prints with the container or the session; if cron runs here, use --schedule cron --write',
      };
}

export function askToInstall(schedule: Schedule, isSimulated: boolean): string {
  const question =
    schedule.kind === 'cron' ? 'Add this line to your crontab?' : 'Write these units, and run the commands?';
  return isSimulated ? `The credentials are false (\`cred-watch simulate\`). ${question}` : question;
}

/** Only for `--write`. */
export function describeInstallation(schedule: Schedule, state: InstallationState): string {
  const isCron = schedule.kind === 'cron';
  switch (state) {
    case 'installed':
      return isCron
        ? 'installed: cron polls from now on; to undo, delete the line with `crontab -e`'
        : `installed: systemd polls from now on; to undo, run \`${formatShellCommand(getStopCommand(schedule))}\``;
    case 'unchanged':
      return `nothing changed: ${isCron ? 'the crontab has this line' : 'these units are installed, and the timer runs'} already`;
    case 'declined':
    case 'printed':
      return 'nothing changed';
  }
}

const getStopCommand = (schedule: Schedule): string[] => [
  'systemctl',
  ...(schedule.kind === 'systemd' && schedule.scope === 'user' ? ['--user'] : []),
  ...['disable', '--now', 'cred-watch.timer'],
];

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
        hint: 'use an interval that divides an hour or a day, for example 1m, 5m or 30m, or use --schedule process',
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
