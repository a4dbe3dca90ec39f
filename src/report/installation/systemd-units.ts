import { findCalendar } from '../../domain/installation/interval.ts';
import type { PollCommand, UnitScope } from '../../domain/installation/schedule.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration } from '../../domain/time/duration.ts';

export interface SystemdUnits {
  service: string;
  timer: string;
}

export const SERVICE_NAME = 'cred-watch.service';
export const TIMER_NAME = 'cred-watch.timer';

/** The first line of our units. A unit without this line belongs to the user. */
export const UNIT_COMMENT = '# Written by `cred-watch init`.';

/**
 * A service that polls once, and a timer that starts the service.
 * @throws Error if systemd has no calendar event for the interval
 */
export const buildSystemdUnits = (poll: PollCommand, every: Seconds, scope: UnitScope): SystemdUnits => ({
  service: buildService(poll, scope),
  timer: buildTimer(every),
});

export type UnitCommand = Pick<PollCommand, 'node' | 'program' | 'words' | 'database' | 'variables'>;

export const buildService = (poll: UnitCommand, scope: UnitScope): string =>
  toFile([
    UNIT_COMMENT,
    '[Unit]',
    'Description=Sample the AWS credentials of this host',
    'Documentation=man:cred-watch(1)',
    '',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${buildCommand(poll, scope)}`,
    ...poll.variables.map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    'TimeoutStartSec=2min',
    ...(scope === 'system' ? SYSTEM_SETTINGS : USER_SETTINGS),
  ]);

/** So that many hosts do not poll in the same second. */
const LONGEST_DELAY: Seconds = 30;

/** @throws Error if systemd has no calendar event for the interval */
export function buildTimer(every: Seconds): string {
  const calendar = findCalendar(every);
  if (calendar === null) throw new Error(`no calendar event for ${every} seconds`);
  return toFile([
    UNIT_COMMENT,
    '[Unit]',
    `Description=Sample the AWS credentials of this host every ${formatDuration(every)}`,
    'Documentation=man:cred-watch(1)',
    '',
    '[Timer]',
    `OnCalendar=${calendar}`,
    `RandomizedDelaySec=${Math.min(LONGEST_DELAY, Math.floor(every / 2))}`,
    'AccuracySec=1s',
    'Persistent=false',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

const toFile = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** In a unit of the system, `STATE_DIRECTORY` names the folder of the database. */
function buildCommand({ node, program, words, database }: UnitCommand, scope: UnitScope): string {
  const args = [program, ...words, ...(scope === 'system' ? [] : ['--db', database])];
  // systemd replaces no variables in the path of the program.
  return [quote(node), ...args.map((word) => quote(word).replaceAll('$', '$$$$'))].join(' ');
}

/** systemd replaces specifiers such as `%h`. */
function quote(word: string): string {
  const escaped = word.replaceAll('%', '%%');
  return /^[\w./:@%+,=-]+$/.test(word) ? escaped : `"${escaped.replace(/[\\"]/g, String.raw`\$&`)}"`;
}

/** The same as in `deploy/systemd/cred-watch.service`. */
const SYSTEM_SETTINGS = `
DynamicUser=yes
User=cred-watch
StateDirectory=cred-watch
StateDirectoryMode=0700
CacheDirectory=cred-watch

IPAddressDeny=any
IPAddressAllow=localhost link-local fd00:ec2::/32

CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077`.split('\n');

/** The manager of a user cannot set up most of the sandbox. */
const USER_SETTINGS = ['NoNewPrivileges=yes', 'UMask=0077'];
