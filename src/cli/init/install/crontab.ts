import { addToCrontab } from '../../../domain/installation/crontab.ts';
import { findCronInterval } from '../../../domain/installation/interval.ts';
import type { ReplacedSchedule, Schedule } from '../../../domain/installation/schedule.ts';
import { CredWatchError } from '../../../errors.ts';
import { redactText } from '../../../redact.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { type ProgramResult, runProgram } from '../run-program.ts';
import type { Installer } from './installer.ts';

type CronSchedule = Extract<Schedule, { kind: 'cron' }>;

/** Returns a line without secrets. */
type ShowLine = (line: string) => string;

/**
 * Prepares to add a line to the crontab of this user. An earlier line of `init` is replaced. Other lines keep their
 * bytes.
 * @throws CredWatchError if the crontab cannot be read, or if another line polls the same credentials
 */
export async function prepareCrontab(
  schedule: CronSchedule,
  env: Environment,
  showLine: ShowLine,
): Promise<Installer> {
  const change = await findChange(schedule, env, showLine);
  return {
    isComplete: change === null,
    replaces: findReplaced(change, showLine),
    async install() {
      // The user may have edited the crontab during the question.
      const newest = await findChange(schedule, env, showLine);
      if (newest === null) return null;
      await writeCrontabBytes(newest.bytes, env);
      if ((await findChange(schedule, env, showLine)) === null) return findReplaced(newest, showLine);
      throw new CredWatchError('`crontab -l` does not show the new line', 'add the line with `crontab -e`');
    },
  };
}

interface CrontabChange {
  /** The crontab with the line. */
  bytes: string;
  /** The earlier line of `init`. */
  replaced: string | null;
}

function findReplaced(change: CrontabChange | null, showLine: ShowLine): ReplacedSchedule | null {
  const line = change?.replaced ?? null;
  if (line === null) return null;
  const [fields = ''] = /^(?:\S+ ){4}\S+/.exec(line) ?? [];
  return { line: showLine(line), every: findCronInterval(fields) };
}

/**
 * How the crontab gets the line. Null if the crontab has the line.
 * @throws CredWatchError if another line polls the same credentials
 */
async function findChange(
  { comment, line }: CronSchedule,
  env: Environment,
  showLine: ShowLine,
): Promise<CrontabChange | null> {
  const bytes = await readCrontabBytes(env);
  const state = addToCrontab(toText(bytes), comment, line);
  if (state.code === 'present') return null;
  if (state.code !== 'conflict') assertWritable(bytes);
  if (state.code === 'addable') return { bytes: bytes + toBytes(state.addition), replaced: null };
  if (state.code === 'replaceable') {
    const lines = bytes.split('\n').with(state.index, toBytes(line));
    return { bytes: lines.join('\n'), replaced: state.line };
  }
  const existing = showLine(state.line);
  if (state.isEdited) {
    throw new CredWatchError(
      `the line of \`init\` in the crontab was edited, so it is not replaced: ${existing}`,
      'keep this line, or remove it with `crontab -e` and run the command again',
    );
  }
  throw new CredWatchError(
    `the crontab polls these credentials already: ${existing}`,
    'remove this line with `crontab -e`, then run the command again',
  );
}

/** A string with one character for each byte. A crontab can have any encoding, or several ones. */
const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

export const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** Empty if this user has no crontab. */
export const readCrontab = async (env: Environment): Promise<string> => toText(await readCrontabBytes(env));

/** One character for each byte. Empty if this user has no crontab. */
export async function readCrontabBytes(env: Environment): Promise<string> {
  const { code, isMissing, stdout, stderr }: ProgramResult = await runProgram(['crontab', '-l'], env, {
    encoding: 'latin1',
  });
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

/**
 * Debian's `crontab -l` prints a carriage return as a backslash and an r, so that writing its output would change lines.
 * @throws CredWatchError
 */
function assertWritable(bytes: string): void {
  if (!/\\r$/m.test(bytes)) return;
  throw new CredWatchError(
    'lines of the crontab end with a carriage return, which `crontab -l` does not print as it is, so the crontab is not changed',
    'remove the carriage returns with `crontab -e`, and run the command again',
  );
}

/** @throws CredWatchError */
export async function writeCrontabBytes(bytes: string, env: Environment): Promise<void> {
  assertWritable(bytes);
  const { code, stderr } = await runProgram(['crontab', '-'], env, { input: bytes, encoding: 'latin1' });
  if (code !== 0) throw createError('crontab -', stderr);
}

const createError = (command: string, stderr: string) =>
  new CredWatchError(
    `\`${command}\` failed: ${redactText(stderr.trim().split('\n')[0] ?? '')}`,
    'check that this user may use cron (/etc/cron.allow), or use --schedule process',
  );
