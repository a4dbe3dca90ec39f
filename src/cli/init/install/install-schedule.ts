import type {
  Host,
  Installation,
  ProcessReason,
  ScheduleKind,
} from '../../../domain/installation/schedule.ts';
import { CredWatchError } from '../../../errors.ts';
import type { InitReport } from '../../../report/installation/init-report.ts';
import {
  askToInstall,
  describeNotInstallable,
  SYSTEMD_NOT_RUNNING,
} from '../../../report/messages/installation/schedule.ts';
import type { Io } from '../../process/io.ts';
import { askUser } from '../../question.ts';
import type { InitFlags } from '../init-flags.ts';
import { createLineRedactor } from '../show-line.ts';
import { prepareCrontab } from './crontab.ts';
import { prepareUnits } from './units.ts';

interface PlannedSchedule {
  kind: ScheduleKind;
  host: Host;
  processReason: ProcessReason | null;
}

/** @throws CredWatchError if `--write` cannot install this schedule, or cannot ask */
export function assertInstallable(
  { write, yes, format }: InitFlags,
  { kind, host, processReason }: PlannedSchedule,
  io: Io,
): void {
  if (!write) return;
  if (kind === 'sidecar' || kind === 'process') {
    const { message, hint } = describeNotInstallable(kind, processReason);
    throw new CredWatchError(message, hint);
  }
  if (kind === 'systemd' && !host.hasSystemd) {
    const { message, hint } = SYSTEMD_NOT_RUNNING;
    throw new CredWatchError(message, hint);
  }
  if (yes) return;
  if (format === 'json') throw new CredWatchError('--write with -f json needs --yes', 'add --yes');
  if (io.canAsk()) return;
  throw new CredWatchError(
    '--write asks first, and standard input is not a terminal',
    'add --yes to install without a question',
  );
}

type InstalledReport = Pick<InitReport, 'schedule' | 'isSimulated' | 'database'>;

/**
 * Installs the schedule after a question.
 * @throws CredWatchError
 */
export async function installSchedule(
  report: InstalledReport,
  { write, yes }: InitFlags,
  io: Io,
): Promise<Installation> {
  if (!write) return { state: 'printed', replaced: null };
  const { schedule, isSimulated } = report;
  const installer = await prepareInstaller(report, io);
  if (installer.isComplete) return { state: 'unchanged', replaced: null };
  const question = askToInstall(schedule, { isSimulated, replaces: installer.replaces });
  if (!yes && !(await askUser(question, io))) return { state: 'declined', replaced: null };
  return { state: 'installed', replaced: await installer.install() };
}

async function prepareInstaller({ schedule, database }: InstalledReport, io: Io) {
  const { env, userId } = io;
  if (schedule.kind === 'cron') return prepareCrontab(schedule, env, createLineRedactor(io, [database]));
  if (schedule.kind === 'systemd') return prepareUnits(schedule, env, userId);
  throw new Error(`a ${schedule.kind} cannot be installed`);
}
