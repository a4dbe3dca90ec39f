import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Poller, PollerProblem } from '../../../domain/installation/check/poller.ts';
import type { UnitScope } from '../../../domain/installation/schedule.ts';
import { findUnitPoll, readUnitSetting } from '../../../domain/installation/unit-poll.ts';
import type { Seconds } from '../../../domain/model.ts';
import { parseDuration } from '../../../domain/time/duration.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { isSystemdRunning } from '../read-host.ts';
import { runProgram } from '../run-program.ts';
import { findProgramProblem, SYSTEMD_PATH } from './locate-program.ts';
import { readNames, readText } from './processes.ts';

interface UnitContext {
  root: string;
  env: Environment;
  user: string;
  isRoot: boolean;
  /** The folder of the units of this user. */
  userFolder: string;
}

const SYSTEM_FOLDERS = ['etc/systemd/system', 'usr/local/lib/systemd/system', 'usr/lib/systemd/system'];

/** The services of the system and of this user that poll. */
export async function findUnitPollers(context: UnitContext): Promise<Poller[]> {
  const { root, userFolder } = context;
  const folders: [folder: string, scope: UnitScope][] = [
    ...SYSTEM_FOLDERS.map((folder): [string, UnitScope] => [join(root, folder), 'system']),
    [userFolder, 'user'],
  ];
  const pollers: Poller[] = [];
  for (const [folder, scope] of folders) {
    for (const name of readNames(folder).filter((each) => each.endsWith('.service'))) {
      const poller = await readService(folder, name, scope, context);
      if (poller !== null) pollers.push(poller);
    }
  }
  return pollers;
}

async function readService(
  folder: string,
  name: string,
  scope: UnitScope,
  context: UnitContext,
): Promise<Poller | null> {
  const text = readText(join(folder, name)) ?? '';
  const poll = findUnitPoll(text);
  if (poll === null) return null;
  const timer = name.replace(/service$/, 'timer');
  const timerText = readText(join(folder, timer));
  const interval = poll.flags.get('--interval');
  return {
    place: { kind: 'systemd', scope, unit: timerText === null ? name : timer },
    poll,
    database: poll.isCertain ? (poll.flags.get('--db') ?? findDatabase(text, scope)) : null,
    interval: interval === undefined ? findInterval(timerText ?? '') : parseDuration(interval),
    isOwn: scope === 'user' || (context.isRoot && !/^(?:DynamicUser=yes|User=)/m.test(text)),
    variables: new Map(),
    problem:
      (poll.isCertain ? findProgramProblem(poll, SYSTEMD_PATH) : null) ??
      (await findUnitProblem(name, timerText === null ? name : timer, scope, context)) ??
      (poll.isCertain ? null : { code: 'command-unknown' }),
  };
}

function findDatabase(service: string, scope: UnitScope): string | null {
  const [given] = [...service.matchAll(/^Environment="?CRED_WATCH_DB=([^"\n]*)/gm)].map(([, path]) => path);
  if (given !== undefined) return given;
  const folder = readUnitSetting(service, 'StateDirectory')?.split(/[\s:]/)[0];
  return scope === 'system' && folder !== undefined ? `/var/lib/${folder}/samples.db` : null;
}

/** Of the calendar events that `init` and `deploy/systemd` write. */
function findInterval(timer: string): Seconds | null {
  const [, seconds] = /^OnCalendar=\*:\*:0\/(\d+)$/m.exec(timer) ?? [];
  if (seconds !== undefined) return Number(seconds);
  const [, minutes] = /^OnCalendar=\*:0\/(\d+)$/m.exec(timer) ?? [];
  if (minutes !== undefined) return Number(minutes) * 60;
  const [, hours] = /^OnCalendar=\*-\*-\* 0\/(\d+):00:00$/m.exec(timer) ?? [];
  return hours === undefined ? null : Number(hours) * 3600;
}

async function findUnitProblem(
  service: string,
  unit: string,
  scope: UnitScope,
  { root, env, user }: UnitContext,
): Promise<PollerProblem | null> {
  if (!isSystemdRunning(root)) return { code: 'systemd-not-running' };
  const systemctl = scope === 'user' ? ['systemctl', '--user'] : ['systemctl'];
  const show = async (property: string, name: string) =>
    (await runProgram([...systemctl, 'show', '--value', `--property=${property}`, name], env)).stdout.trim();
  const state = await show('ActiveState', unit);
  if (state !== 'active' && state !== 'activating') return { code: 'unit-inactive', unit, scope };
  const result = await show('Result', service);
  if (result !== '' && result !== 'success') return { code: 'run-failed', unit: service, scope };
  const lingers = existsSync(join(root, 'var/lib/systemd/linger', user));
  return scope === 'user' && !lingers ? { code: 'no-linger', user } : null;
}
