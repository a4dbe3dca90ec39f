import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSameSource } from '../../../domain/installation/found-poll.ts';
import type {
  ReplacedSchedule,
  Schedule,
  ScheduleFile,
  UnitScope,
} from '../../../domain/installation/schedule.ts';
import { findUnitPoll } from '../../../domain/installation/unit-poll.ts';
import { CredWatchError, describeSystemError } from '../../../errors.ts';
import { TIMER_NAME, UNIT_COMMENT } from '../../../report/installation/systemd-units.ts';
import {
  findTimerInterval,
  isWrittenService,
  isWrittenTimer,
} from '../../../report/installation/written-units.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { runProgram } from '../run-program.ts';
import { createManagerEnvironment, getSystemctl, readUnit, runSystemCommand } from '../systemd.ts';
import type { Installer } from './installer.ts';

type SystemdSchedule = Extract<Schedule, { kind: 'systemd' }>;

/**
 * Prepares to write the units, and to start the timer.
 * @param userId null on systems without users
 * @throws CredWatchError if a unit of the same name was not written by `init`, or polls other credentials
 */
export async function prepareUnits(
  schedule: SystemdSchedule,
  env: Environment,
  userId: number | null,
): Promise<Installer> {
  const { files, commands, scope } = schedule;
  for (const { path } of files) assertOwn(path);
  for (const file of files) assertSameSource(file);
  for (const file of files) assertUnedited(file, scope);
  const variables = createManagerEnvironment(scope, env, userId);
  const systemctl = getSystemctl(scope);
  const areWritten = files.every(({ path, content }) => readUnit(path) === content);
  return {
    replaces: findReplaced(files),
    isComplete: areWritten && (await isTimerRunning(systemctl, variables)),
    async install() {
      const replaced = findReplaced(files);
      for (const file of files) writeUnit(file);
      for (const command of commands)
        await runSystemCommand(
          command,
          variables,
          (text) => `the units are written; run \`${text}\`, or use --schedule cron`,
        );
      return replaced;
    },
  };
}

function assertOwn(path: string): void {
  const text = readUnit(path);
  if (text === null || text.startsWith(UNIT_COMMENT)) return;
  throw new CredWatchError(
    `${path} exists, and \`cred-watch init\` did not write it`,
    'remove or rename the file, or use --schedule cron',
  );
}

/** Other units would end the samples of the first credentials without a message. */
function assertSameSource({ path, content }: ScheduleFile): void {
  const [installed, own] = [readUnit(path) ?? '', content].map(findUnitPoll);
  if (!installed || !own || isSameSource(installed, own)) return;
  throw new CredWatchError(
    `${path} polls other credentials`,
    'poll both with --schedule cron, or first run `cred-watch init --remove`',
  );
}

/** An edit of the user, such as another time limit, would be lost without a message. */
function assertUnedited({ path, content }: ScheduleFile, scope: UnitScope): void {
  const text = readUnit(path);
  if (text === null || text === content) return;
  const isWritten = path.endsWith(TIMER_NAME) ? isWrittenTimer(text) : isWrittenService(text, scope);
  if (isWritten) return;
  throw new CredWatchError(
    `${path} was edited after \`cred-watch init\` wrote it, so it is not replaced`,
    'move the edit to a drop-in file (`systemctl edit`), remove the unit, and run the command again',
  );
}

/** Null if each unit is missing or has the new text. */
function findReplaced(files: readonly ScheduleFile[]): ReplacedSchedule | null {
  const changed = files.filter(({ path, content }) => (readUnit(path) ?? content) !== content);
  if (changed.length === 0) return null;
  const timer = files.find(({ path }) => path.endsWith(TIMER_NAME));
  const text = timer === undefined ? null : readUnit(timer.path);
  return { line: null, every: text === null ? null : findTimerInterval(text) };
}

/** systemd never sees a part of the file. */
function writeUnit({ path, content }: ScheduleFile): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, content, { mode: 0o644 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new CredWatchError(
      `could not write ${path}: ${describeSystemError(cause)}`,
      'check the permissions of the folder',
      { cause },
    );
  }
}

async function isTimerRunning(systemctl: readonly string[], env: Environment): Promise<boolean> {
  for (const question of ['is-enabled', 'is-active']) {
    const { code } = await runProgram([...systemctl, '--quiet', question, TIMER_NAME], env);
    if (code !== 0) return false;
  }
  return true;
}
