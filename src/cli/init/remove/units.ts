import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FoundSchedules, WrittenSchedule } from '../../../domain/installation/removal.ts';
import type { UnitScope } from '../../../domain/installation/schedule.ts';
import { CredWatchError, describeSystemError } from '../../../errors.ts';
import { SERVICE_NAME, TIMER_NAME, UNIT_COMMENT } from '../../../report/installation/systemd-units.ts';
import {
  isWrittenService,
  isWrittenTimer,
  readUnitCommand,
} from '../../../report/installation/written-units.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { ROOT_DATABASE_PATH } from '../../../store/database-path.ts';
import { runProgram } from '../run-program.ts';
import { getSystemctl, readUnit, runSystemCommand } from '../systemd.ts';

export type WrittenUnits = Extract<WrittenSchedule, { kind: 'systemd' }>;

/**
 * Finds the units in a folder. A timer without its service would fail, so both are removed, or none.
 * @param selected the database whose units are removed. Null: any database
 * @throws CredWatchError if a unit cannot be read
 */
export function findUnits(folder: string, scope: UnitScope, selected: string | null): FoundSchedules {
  const [service, timer] = [join(folder, SERVICE_NAME), join(folder, TIMER_NAME)];
  const serviceText = readUnit(service);
  const timerText = readUnit(timer);
  const units = [
    { path: service, text: serviceText, isWritten: isWrittenService(serviceText ?? '', scope) },
    { path: timer, text: timerText, isWritten: isWrittenTimer(timerText ?? '') },
  ].filter(({ text }) => text !== null);
  if (units.length === 0) return { written: [], kept: [] };
  const files = units.map(({ path }) => path);
  const others = units.filter(({ isWritten }) => !isWritten);
  const keep = (reason: 'edited' | 'foreign' | 'other-database', changed: readonly string[]) => ({
    written: [],
    kept: [{ kind: 'systemd' as const, reason, scope, files, changed }],
  });
  if (others.length > 0) {
    const isOwn = units.some(({ text }) => text?.startsWith(UNIT_COMMENT));
    return keep(
      isOwn ? 'edited' : 'foreign',
      others.map(({ path }) => path),
    );
  }
  const database = serviceText === null ? null : readDatabase(serviceText, scope);
  if (selected !== null && database !== selected) return keep('other-database', files);
  const dropIns = [service, timer].map((path) => `${path}.d`).filter((each) => existsSync(each));
  return {
    written: [{ kind: 'systemd', scope, files, database }],
    kept: dropIns.map((each) => ({ kind: 'drop-in', reason: 'foreign', folder: each })),
  };
}

const readDatabase = (service: string, scope: UnitScope): string | null =>
  scope === 'system' ? ROOT_DATABASE_PATH : (readUnitCommand(service, scope)?.database ?? null);

interface SystemdState {
  env: Environment;
  isRunning: boolean;
}

/** @throws CredWatchError. If the timer cannot be stopped, the units stay */
export async function removeUnits(
  { files, scope }: WrittenUnits,
  { env, isRunning }: SystemdState,
): Promise<void> {
  if (!isRunning) {
    // Nothing polls now, but the timer can be enabled for the next start of systemd.
    const links = files.map((path) => join(dirname(path), 'timers.target.wants', basename(path)));
    for (const path of [...links, ...files]) removeFile(path);
    return;
  }
  const systemctl = getSystemctl(scope);
  const hasTimer = files.some((path) => path.endsWith(TIMER_NAME));
  if (hasTimer) {
    const hint = (command: string) =>
      `the units stay; run \`${command}\`, then run \`cred-watch init --remove\` again`;
    await runSystemCommand([...systemctl, 'disable', '--now', TIMER_NAME], env, hint);
  }
  for (const path of files) removeFile(path);
  await runSystemCommand(
    [...systemctl, 'daemon-reload'],
    env,
    (command) => `the units are removed; run \`${command}\``,
  );
  // A failed poll would stay in the list of failed units. Without one, this command fails.
  await runProgram([...systemctl, 'reset-failed', SERVICE_NAME], env);
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw new CredWatchError(
      `could not remove ${path}: ${describeSystemError(cause)}`,
      'check the permissions of the folder',
      { cause },
    );
  }
}
