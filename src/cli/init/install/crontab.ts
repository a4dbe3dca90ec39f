import { addToCrontab } from '../../../domain/installation/crontab.ts';
import type { Schedule } from '../../../domain/installation/schedule.ts';
import { CredWatchError } from '../../../errors.ts';
import { redactText } from '../../../redact.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { type ProgramResult, runProgram } from '../run-program.ts';
import type { Installer } from './installer.ts';

type CronSchedule = Extract<Schedule, { kind: 'cron' }>;

/**
 * Prepares to add a line to the crontab of this user. Other lines stay as they are.
 * @throws CredWatchError if the crontab cannot be read, or if another line polls the same credentials
 */
export async function prepareCrontab({ comment, line }: CronSchedule, env: Environment): Promise<Installer> {
  const state = addToCrontab(await readCrontab(env), comment, line);
  if (state.code === 'conflict') {
    throw new CredWatchError(
      `the crontab polls these credentials already: ${redactText(state.line)}`,
      'remove this line with `crontab -e`, then run the command again',
    );
  }
  if (state.code === 'present') return { isComplete: true, install: async () => {} };
  return {
    isComplete: false,
    async install() {
      const { code, stderr } = await runProgram(['crontab', '-'], env, state.text);
      if (code !== 0) throw createError('crontab -', stderr);
      if (addToCrontab(await readCrontab(env), comment, line).code === 'present') return;
      throw new CredWatchError('`crontab -l` does not show the new line', 'add the line with `crontab -e`');
    },
  };
}

/** Empty if this user has no crontab. */
export async function readCrontab(env: Environment): Promise<string> {
  const { code, isMissing, stdout, stderr }: ProgramResult = await runProgram(['crontab', '-l'], env);
  if (code === 0) return stdout;
  if (isMissing) {
    throw new CredWatchError(
      'the program crontab is not installed',
      'install cron, or use --schedule systemd or process',
    );
  }
  // busybox prints the second message.
  if (/no crontab for|can't open .*No such file/.test(stderr)) return '';
  throw createError('crontab -l', stderr);
}

const createError = (command: string, stderr: string) =>
  new CredWatchError(
    `\`${command}\` failed: ${redactText(stderr.trim().split('\n')[0] ?? '')}`,
    'check that this user may use cron (/etc/cron.allow), or use --schedule process',
  );
