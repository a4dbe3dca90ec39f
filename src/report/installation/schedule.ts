import { buildCronLine, buildShellCommand, CRON_COMMENT } from '../../domain/installation/cron-line.ts';
import type { Host, PollCommand, Schedule, ScheduleKind } from '../../domain/installation/schedule.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { buildSidecar } from './sidecar.ts';
import { buildSystemdUnits, SERVICE_NAME, TIMER_NAME } from './systemd-units.ts';

interface ScheduleOptions {
  host: Host;
  poll: PollCommand;
  every: Seconds;
  /** The folder of the units of this user. */
  unitFolder: string;
  user: string;
  version: string;
}

/** @throws Error if `findScheduleProblem` returns a problem for these arguments */
export function buildSchedule(kind: ScheduleKind, options: ScheduleOptions): Schedule {
  const { host, poll, every, version } = options;
  switch (kind) {
    case 'cron':
      return { kind, comment: CRON_COMMENT, line: buildCronLine(poll, every) };
    case 'systemd':
      return buildUnits(options);
    case 'sidecar': {
      if (host.container === null || host.container === 'other') throw new Error('no orchestrator');
      const orchestrator = host.container;
      return { kind, orchestrator, text: buildSidecar({ orchestrator, poll, every, version }) };
    }
    case 'process': {
      const words = [...poll.words, '--interval', formatFlagDuration(every)];
      return { kind, command: buildShellCommand({ ...poll, words }) };
    }
  }
}

function buildUnits({ host, poll, every, unitFolder, user }: ScheduleOptions): Schedule {
  const scope = host.isRoot ? 'system' : 'user';
  const { service, timer } = buildSystemdUnits(poll, every, scope);
  const systemctl = scope === 'user' ? ['systemctl', '--user'] : ['systemctl'];
  return {
    kind: 'systemd',
    scope,
    files: [
      { path: `${unitFolder}/${SERVICE_NAME}`, content: service },
      { path: `${unitFolder}/${TIMER_NAME}`, content: timer },
    ],
    commands: [
      // Starts the manager of the user, which otherwise ends when the user logs out.
      ...(scope === 'user' ? [['loginctl', 'enable-linger', user]] : []),
      [...systemctl, 'daemon-reload'],
      [...systemctl, 'enable', '--now', TIMER_NAME],
    ],
  };
}
