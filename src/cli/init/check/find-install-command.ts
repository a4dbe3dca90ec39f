import { getSourceKnowledge } from '../../../domain/general-knowledge/source-knowledge.ts';
import {
  chooseInterval,
  findRotationBasis,
  type RotationBasis,
  USUAL_INTERVAL,
  type ValidityBasis,
} from '../../../domain/installation/choose-interval.ts';
import { chooseSchedule, findScheduleProblem } from '../../../domain/installation/choose-schedule.ts';
import type { Seconds, SourceName } from '../../../domain/model.ts';
import { formatFlagDuration } from '../../../domain/time/duration.ts';
import { CredWatchError } from '../../../errors.ts';
import { detectPlatform } from '../../../sources/environment/platform.ts';
import { formatShellCommand } from '../../../untrusted-text.ts';
import { resolveJobSource } from '../../flags/source-flags.ts';
import type { Io } from '../../process/io.ts';
import type { InitFlags } from '../init-flags.ts';
import { buildOwnSchedule } from '../own-schedule.ts';
import { buildPollCommand } from '../poll-command.ts';
import { readHost } from '../read-host.ts';

interface InstallContext {
  /** `--db FILE`, or nothing for the default. */
  databaseWords: readonly string[];
  /** Null if the poll of the check failed. */
  validity: ValidityBasis | null;
  measuredInterval: Seconds | null;
  io: Io;
  root: string;
}

/** The command that makes this machine sample. `init --write` cannot install a process or a sidecar. */
export async function findInstallCommand(flags: InitFlags, context: InstallContext): Promise<string> {
  const { databaseWords, io, root } = context;
  const interval = flags.every === undefined ? [] : ['--every', formatFlagDuration(flags.every)];
  const format = (...words: string[]) =>
    formatShellCommand(['cred-watch', 'init', ...words, ...interval, ...databaseWords]);
  try {
    const selected = { ...flags, ...(await resolveJobSource(flags, io, { explainsEndpoint: false })) };
    const poll = await buildPollCommand(selected, io);
    const host = await readHost(io, root);
    const { every = USUAL_INTERVAL } = flags;
    const sourceWords = poll.words.slice(flags.source === 'auto' ? 3 : 1);
    const kind = chooseSchedule(host, poll, every);
    if (kind === 'cron' || kind === 'systemd') return format(...sourceWords, '--write');
    if (kind === 'sidecar') return format(...sourceWords);
    const canCron = host.hasCrontab && host.isCronRunning === true;
    if (canCron && findScheduleProblem('cron', host, poll, every) === null)
      return format(...sourceWords, '--schedule', 'cron', '--write');
    const chosen = {
      host,
      poll,
      every: flags.every ?? chooseInterval('process', findBasis(poll.source, { ...context, env: io.env })),
    };
    const schedule = buildOwnSchedule(kind, chosen, io);
    return schedule.kind === 'process' ? schedule.command : format(...sourceWords);
  } catch (error) {
    if (!(error instanceof CredWatchError)) throw error;
    // `init` prints the same error, with its hint.
    return format();
  }
}

/** How often these credentials change, by the same rules as in `init`. */
export function findBasis(
  source: SourceName,
  {
    validity,
    measuredInterval,
    env,
  }: Pick<InstallContext, 'validity' | 'measuredInterval'> & Pick<Io, 'env'>,
): RotationBasis | null {
  const knowledge = getSourceKnowledge({ source, variables: env, platform: detectPlatform(env) });
  return findRotationBasis({ source, measuredInterval, knowledge, validity });
}
