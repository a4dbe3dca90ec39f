import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FoundSchedules, RemovalState, WrittenSchedule } from '../../../domain/installation/removal.ts';
import { CredWatchError } from '../../../errors.ts';
import {
  renderFoundSchedules,
  renderRemoval,
  renderRemovalJson,
} from '../../../report/installation/removal.ts';
import { SERVICE_NAME, TIMER_NAME } from '../../../report/installation/systemd-units.ts';
import { askToRemove, type RemovalContext } from '../../../report/messages/installation/removal.ts';
import { resolveDatabaseFile } from '../../database/database-location.ts';
import { EXIT } from '../../flags/exit-codes.ts';
import { getTextStyle, type Io, printText } from '../../process/io.ts';
import { printNote } from '../../process/messages.ts';
import { askUser } from '../../question.ts';
import type { InitFlags } from '../init-flags.ts';
import { findProgram, isSystemdRunning } from '../read-host.ts';
import { createLineRedactor } from '../show-line.ts';
import { createManagerEnvironment } from '../systemd.ts';
import { findUserUnitFolder, readUserName } from '../user.ts';
import { readCrontabRemoval, removeFromCrontab } from './crontab.ts';
import { findUnits, removeUnits, type WrittenUnits } from './units.ts';

const SYSTEM_UNIT_FOLDER = 'etc/systemd/system';

/**
 * `init --remove`. Resolves to the exit code.
 * @param root another folder than `/`, for tests
 */
export async function runRemove(flags: InitFlags, io: Io, root = '/'): Promise<number> {
  const selected = flags.db === undefined ? null : resolve(resolveDatabaseFile(flags.db, io));
  const found = await findSchedules(selected, io, root);
  const { written, kept } = found;
  if (written.length > 0) assertAnswerable(flags, io);
  const context: RemovalContext = {
    user: readUserName(io),
    selected,
    databases: listDatabases(written).filter((path) => existsSync(path)),
    hasSystemUnits: !io.isRoot && hasSystemUnits(root),
    isUserScope:
      isSystemdRunning(root) && written.some((each) => each.kind === 'systemd' && each.scope === 'user'),
    showLine: createLineRedactor(io, listDatabases(written)),
  };
  const isJson = flags.format === 'json';
  if (!isJson) await printText(io, renderFoundSchedules(found, context));
  const state = await remove(written, flags, { io, root });
  if (isJson) await io.stdout.write(renderRemovalJson(found, state, context, io.clock.now()));
  else await printText(io, renderRemoval(found, state, context, getTextStyle(io)));
  return kept.some(({ reason }) => reason === 'edited') ? EXIT.failed : EXIT.ok;
}

/** @throws CredWatchError if a question is needed that cannot be asked */
function assertAnswerable({ yes, dryRun, format }: InitFlags, io: Io): void {
  if (yes || dryRun) return;
  const hint = 'add --yes to remove without a question, or --dry-run to only see the schedule';
  if (format === 'json') throw new CredWatchError('--remove with -f json needs --yes or --dry-run', hint);
  if (!io.canAsk())
    throw new CredWatchError('--remove asks first, and standard input is not a terminal', hint);
}

async function findSchedules(selected: string | null, io: Io, root: string): Promise<FoundSchedules> {
  const [folder, scope] = io.isRoot
    ? ([join(root, SYSTEM_UNIT_FOLDER), 'system'] as const)
    : ([findUserUnitFolder(io), 'user'] as const);
  const units = findUnits(folder, scope, selected);
  const lines = await findLines(selected, io);
  return { written: [...units.written, ...lines.written], kept: [...units.kept, ...lines.kept] };
}

/** Without a readable crontab, the units can still be removed. */
async function findLines(selected: string | null, io: Io): Promise<FoundSchedules> {
  if (findProgram('crontab', io.env) === null) return { written: [], kept: [] };
  try {
    const { written, kept } = await readCrontabRemoval(selected, io.env);
    return { written: written.map(({ index: _, ...line }) => line), kept };
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    await printNote(io, error.message, 'root can look for a line of `init` with `crontab -l -u USER`');
    return { written: [], kept: [] };
  }
}

async function remove(
  written: readonly WrittenSchedule[],
  { yes, dryRun }: InitFlags,
  { io, root }: { io: Io; root: string },
): Promise<RemovalState> {
  if (written.length === 0) return 'nothing';
  if (dryRun) return 'printed';
  if (!yes && !(await askUser(askToRemove(written), io))) return 'declined';
  for (const units of written.filter((each): each is WrittenUnits => each.kind === 'systemd'))
    await removeUnits(units, {
      env: createManagerEnvironment(units.scope, io.env, io.userId),
      isRunning: isSystemdRunning(root),
    });
  const lines = written.flatMap((each) => (each.kind === 'cron' ? [each.line] : []));
  if (lines.length > 0) await removeFromCrontab(lines, io.env);
  return 'removed';
}

/** The databases of these schedules, each once. */
const listDatabases = (written: readonly WrittenSchedule[]): string[] => [
  ...new Set(written.flatMap(({ database }) => database ?? [])),
];

const hasSystemUnits = (root: string): boolean =>
  [SERVICE_NAME, TIMER_NAME].some((name) => existsSync(join(root, SYSTEM_UNIT_FOLDER, name)));
