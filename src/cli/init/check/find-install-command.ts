import { chooseSchedule, findScheduleProblem } from '../../../domain/installation/choose-schedule.ts';
import { CredWatchError } from '../../../errors.ts';
import { buildSchedule } from '../../../report/installation/schedule.ts';
import { formatShellCommand } from '../../../untrusted-text.ts';
import { resolveJobSource } from '../../flags/source-flags.ts';
import type { Io } from '../../process/io.ts';
import type { InitFlags } from '../init-flags.ts';
import { buildPollCommand } from '../poll-command.ts';
import { readHost } from '../read-host.ts';
import { findUserUnitFolder, readUserName } from '../user.ts';

/**
 * The command that makes this machine sample. `init --write` cannot install a process or a sidecar.
 * @param databaseWords `--db FILE`, or nothing for the default
 */
export async function findInstallCommand(
  flags: InitFlags,
  databaseWords: readonly string[],
  io: Io,
  root: string,
): Promise<string> {
  const format = (...words: string[]) =>
    formatShellCommand(['cred-watch', 'init', ...words, ...databaseWords]);
  try {
    const selected = { ...flags, ...(await resolveJobSource(flags, io, { explainsEndpoint: false })) };
    const poll = buildPollCommand(selected, io);
    const host = readHost(io, root);
    const { every } = flags;
    const sourceWords = poll.words.slice(flags.source === 'auto' ? 3 : 1);
    const kind = chooseSchedule(host, poll, every);
    if (kind === 'cron' || kind === 'systemd') return format(...sourceWords, '--write');
    if (kind === 'sidecar') return format(...sourceWords);
    const canCron = host.hasCrontab && host.isCronRunning === true;
    if (canCron && findScheduleProblem('cron', host, poll, every) === null)
      return format(...sourceWords, '--schedule', 'cron', '--write');
    const user = readUserName(io);
    const unitFolder = findUserUnitFolder(io);
    const schedule = buildSchedule(kind, {
      host,
      poll,
      every,
      unitFolder,
      user,
      version: CRED_WATCH_VERSION,
    });
    return schedule.kind === 'process' ? schedule.command : format(...sourceWords);
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    // `init` prints the same error, with its hint.
    return format();
  }
}
