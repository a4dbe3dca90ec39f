import type { Command } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { type Invocation, rejectFlags } from '../command.ts';
import { ignoreVariable } from '../flags/environment/flag-variables.ts';
import type { ExitCodeStyle } from '../flags/exit-codes.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import { parseProcessId } from '../flags/value-parsers.ts';
import type { StartCheckFlags } from '../start-check/start-check.ts';
import type { TimeZoneFlag } from '../time-zone/time-zone-flag.ts';
import { addWatchFlags, validateWatchFlags, type WatchFlags } from './watch-flags.ts';

/** The flags of `check` for a running job. */
export interface ProcessFlags extends StartCheckFlags, WatchFlags, TimeZoneFlag {
  pid?: number;
  format: TextOrJson;
  exitCodes: ExitCodeStyle;
}

export function addProcessFlags(command: Command): Command {
  ignoreVariable(command, '--source', (text, { has }) => has('--pid') && text !== 'environment');
  ignoreVariable(command, '--role', (_, { has }) => has('--pid'));
  return addWatchFlags(
    command.option(
      '--pid <number>',
      'judge a running process by the credentials in its environment; --watch follows it (Linux)',
      parseProcessId,
    ),
    'with --pid: follow the process until it ends, warn before its credentials expire, and report whether they lasted',
  );
}

/** All other flags are about a job that starts now. */
const FLAGS_WITH_PID: ReadonlySet<string> = new Set([
  '--pid',
  '--watch',
  '--warn-before',
  '--job-duration',
  '--job',
  '--margin',
  '--expires',
  '--source',
  '--db',
  '--format',
  '--exit-codes',
  '--timezone',
  '--debug',
]);

/** @throws CredWatchError if flags contradict each other */
export function validateProcessFlags(flags: ProcessFlags, invocation: Invocation): void {
  const { pid, watch, source, exitCodes } = flags;
  if (pid === undefined) {
    const hint = 'to follow a command from its start, run `cred-watch exec --watch -- command arguments`';
    rejectFlags(invocation, ['--watch', '--warn-before'], 'needs --pid', hint);
    return;
  }
  validateWatchFlags(flags, invocation);
  const others = invocation.command.options.flatMap(({ long }) =>
    long == null || FLAGS_WITH_PID.has(long) ? [] : [long],
  );
  rejectFlags(
    invocation,
    others,
    'and --pid cannot be combined',
    'remove one of them: --pid judges the credentials that the process got at its start',
  );
  if (source !== 'auto' && source !== 'environment') {
    throw new CredWatchError(
      `--source ${source} and --pid cannot be combined`,
      'use --source environment, or no --source for the credentials that SDKs use in the process',
    );
  }
  if (watch && exitCodes === 'nagios') {
    throw new CredWatchError(
      '--watch and --exit-codes nagios cannot be combined',
      'remove --watch: a plugin must end within seconds',
    );
  }
}
