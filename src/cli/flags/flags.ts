import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Seconds, SOURCE_NAMES } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { formatShortDuration, isTooLongDuration, parseDuration } from '../../domain/time/duration.ts';
import { parseConfidence } from '../../domain/verdict/job.ts';
import { EXIT_CODE_STYLES } from './exit-codes.ts';

const DURATION_EXAMPLES = 'use 90s, 15m, 1h30m, 5h, 7d or PT5H';

/** Parsers of flags. Their errors read on from the flag and its value, with what to do after a colon. */

/** A whole duration. */
export function parseDurationFlag(text: string): Seconds {
  const seconds = parseDuration(text.trim());
  if (seconds === null) {
    const isTooLong = isTooLongDuration(text.trim());
    throw new InvalidArgumentError(
      isTooLong
        ? 'is too long: use a hundred years (36525d) or less'
        : `is not a duration: ${DURATION_EXAMPLES}`,
    );
  }
  return seconds;
}

export function parsePositiveDurationFlag(text: string): Seconds {
  const seconds = parseDurationFlag(text);
  if (seconds === 0) throw new InvalidArgumentError('is no time at all: use 1s or more');
  return seconds;
}

/** `95%` or `0.95`, as a share. */
export function parseConfidenceFlag(text: string): number {
  const share = parseConfidence(text.trim());
  if (share === null) throw new InvalidArgumentError('is not a confidence: use 95% or 0.95');
  return share;
}

/** A name that a person gives: anything but nothing and control characters. */
export function parseNameFlag(text: string): string {
  const fault = findNameProblem(text);
  if (fault !== null) throw new InvalidArgumentError(`is not a name: ${fault}`);
  return text;
}

/** A role as IAM allows it; anything else would be another path of the endpoint. */
export function parseRoleNameFlag(text: string): string {
  if (!/^[\w+=,.@-]{1,64}$/.test(text)) {
    throw new InvalidArgumentError('is not a role: use 1 to 64 letters, digits and any of +=,.@_-');
  }
  return text;
}

/** For flags that may be repeated. */
export const appendFlagValue = (text: string, before: readonly string[]): string[] => [...before, text];

export const createDatabaseFlag = () =>
  new Option(
    '--db <file>',
    'the database (default: $CRED_WATCH_DB, $STATE_DIRECTORY or the state directory)',
  );

export const createExitCodesFlag = () =>
  new Option('--exit-codes <style>', 'for callers that read exit codes differently')
    .choices(EXIT_CODE_STYLES)
    .default('default');

/** The flags that choose series; `since` and `until` stay text until the clock is known. */
export function addSelectionFlags(command: Command): Command {
  return command
    .option('--host <name>', 'only this host', parseNameFlag)
    .addOption(new Option('--source <name>', 'only this source').choices(SOURCE_NAMES))
    .option('--role <name>', 'only this role', parseNameFlag)
    .option('--since <time>', 'from this time on: 2026-01-31, 2026-01-31T12:00:00Z or 7d (ago)')
    .option('--until <time>', 'up to this time');
}

/** In the help a default is written as a person would give it. */
export function showDefaultDuration(command: Command, flag: string, seconds: Seconds): void {
  command.options.find(({ long }) => long === flag)!.defaultValueDescription = formatShortDuration(seconds);
}
