/** Parsers of the values of flags. All of them throw InvalidValueError. */

import type { Command } from 'commander';
import { MAX_PRESIGN_DURATION } from '../../domain/aws-limits.ts';
import type { Seconds } from '../../domain/model.ts';
import { findNameProblem } from '../../domain/name.ts';
import { isTooLongDuration, parseDuration } from '../../domain/time/duration.ts';
import { parseShare } from '../../domain/verdict/confidence.ts';
import { CredWatchError } from '../../errors.ts';
import { askDidYouMean } from '../../report/text/did-you-mean.ts';
import { parseRoleArn } from '../../sources/aws/role-arn.ts';
import { isRole } from '../../sources/role-name.ts';
import { looksLikeUrl } from '../../store/database-path.ts';
import { InvalidSecretError, InvalidValueError } from './invalid-value.ts';
import { askForCount, askForDuration, askForShare, hasNoUnit } from './suggestions/suggest-values.ts';

const DURATION_HINT = 'use 90s, 15m, 1h30m, 5h, 7d or PT5H';

export const parseDurationFlag = (text: string): Seconds => parseDurationOr(text, '');

/** @param others continues the list of allowed values in the hint */
export function parseDurationOr(text: string, others: string): Seconds {
  const seconds = parseDuration(text.trim());
  if (seconds !== null) return seconds;
  if (isTooLongDuration(text.trim()))
    throw new InvalidValueError('is too long', 'use at most 36525d, a hundred years');
  const hint = askForDuration(text) ?? DURATION_HINT + others;
  throw new InvalidValueError(hasNoUnit(text) ? 'has no unit' : 'is not a duration', hint);
}

/** Like `parseDurationFlag`, but also rejects 0. */
export function parsePositiveDuration(text: string): Seconds {
  const seconds = parseDurationFlag(text);
  if (seconds === 0) throw new InvalidValueError('is too short', 'use at least 1s');
  return seconds;
}

/** All reads are kept in memory until the end. */
const MAX_WATCH_DURATION: Seconds = 7 * 24 * 3600;

/** In less than a minute, `conform` would send only a few requests. */
export function parseWatchDuration(text: string): Seconds {
  const seconds = parseDurationFlag(text);
  if (seconds < 60) throw new InvalidValueError('is too short', 'use at least 1m, or 2h to see a rotation');
  if (seconds > MAX_WATCH_DURATION) throw new InvalidValueError('is too long', 'use at most 7d');
  return seconds;
}

/** The requested duration of a presigned URL. */
export function parsePresignDuration(text: string): Seconds {
  const seconds = parsePositiveDuration(text);
  if (seconds > MAX_PRESIGN_DURATION) throw new InvalidValueError('is too long', 'S3 accepts at most 7d');
  return seconds;
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text.trim())) return Number(text);
  throw new InvalidValueError(
    'is not a whole number of at least 1',
    askForCount(text) ?? 'use a number such as 50',
  );
}

/** A namespace of metrics in CloudWatch. AWS reserves the prefix `AWS/`. */
export function parseNamespace(text: string): string {
  if (!/^[\w./#-][\w.:/#-]{0,254}$/.test(text))
    throw new InvalidValueError('is not a namespace of CloudWatch', 'use letters, digits and . - _ / # :');
  if (/^AWS\//i.test(text))
    throw new InvalidValueError('is reserved for AWS', 'use a namespace that does not begin with AWS/');
  return text;
}

/** The largest id that Linux allows. */
const MAX_PROCESS_ID = 4_194_304;

export function parseProcessId(text: string): number {
  const id = /^[1-9]\d{0,6}$/.test(text.trim()) ? Number(text) : 0;
  if (id >= 1 && id <= MAX_PROCESS_ID) return id;
  // `pgrep` prints one id per line.
  const ids = text.trim().split(/\s+/);
  if (ids.length > 1 && ids.every((each) => /^\d+$/.test(each))) {
    throw new InvalidValueError(
      `has ${ids.length} process ids`,
      `give one of them: ${ids.slice(0, 5).join(', ')}`,
    );
  }
  throw new InvalidValueError(
    'is not a process id',
    'use the number that `ps -e` or `pgrep` prints, such as 4711',
  );
}

/** `95%` or `0.95`, as a share 0…1. */
export function parseConfidenceFlag(text: string): number {
  const share = parseShare(text.trim());
  if (share !== null) return share;
  // No number of rotations is enough for certainty.
  if (/^\s*(?:100\s*%?|1(?:\.0+)?)\s*$/.test(text))
    throw new InvalidValueError('is not less than 100%', 'use 95% or 0.95');
  throw new InvalidValueError('is not a confidence', askForShare(text) ?? 'use 95% or 0.95');
}

/** `80%`, `0.8` or `100%`, as a share 0…1. */
export function parseShareFlag(text: string): number {
  const share = text.trim() === '100%' ? 1 : parseShare(text.trim());
  if (share !== null) return share;
  const isWhole = /^\s*(?:100\s*%?|1(?:\.0+)?)\s*$/.test(text);
  const question = isWhole ? askDidYouMean(['100%']) : askForShare(text);
  throw new InvalidValueError('is not a share', question ?? 'use 95% or 0.95');
}

/** Any name that a user can choose: not empty, no control characters. */
export function parseName(text: string): string {
  const problem = findNameProblem(text);
  if (problem !== null) throw new InvalidValueError('is not a valid name', problem);
  return text;
}

/** A role name of IAM without a path. */
export function parseRoleName(text: string): string {
  if (/^[\w+=,.@-]{1,64}$/.test(text)) return text;
  throw new InvalidValueError('is not a role name', 'use 1 to 64 letters, digits or any of +=,.@_-');
}

/** What to do about an invalid role. */
export const ROLE_HINT = 'use a name like loader, team/loader or arn:aws:iam::111122223333:role/loader';

/** A role as an endpoint can list it. Any other text could request another path of the endpoint. */
export function parseRole(text: string): string {
  if (isRole(text)) return text;
  throw new InvalidValueError('is not a role', ROLE_HINT);
}

/** `-` is a usual name here: most commands use it for stdin or stdout. */
function parseFileName(text: string): string {
  // `-o=report.html` would write to `=report.html`.
  if (text.startsWith('=')) throw new InvalidValueError('begins with =', `for this name, use ./${text}`);
  if (!looksLikeUrl(text)) return parseDatabase(text);
  // The URL can contain a password.
  throw new InvalidSecretError('is a URL, and not a file name', 'give the path of a file');
}

/** The location of a database. The command checks URLs. */
export function parseDatabase(text: string): string {
  if (text !== '' && !text.includes('\0')) return text;
  throw new InvalidValueError('is not a file name', 'give the path of a file');
}

const repeatedParsers = new WeakSet<object>();

/** The parser of a flag that may be repeated. */
export function parseRepeated<T>(
  parse: (text: string, before: readonly T[]) => T,
): (text: string, before?: readonly T[]) => T[] {
  const parser = (text: string, before: readonly T[] = []): T[] => [...before, parse(text, before)];
  repeatedParsers.add(parser);
  return parser;
}

/** Makes a command reject a second value of a flag that takes one value. The last value would win without a message. */
export function rejectSecondValues(command: Command): void {
  for (const option of command.options) {
    const { parseArg, required } = option;
    if (!required || (parseArg !== undefined && repeatedParsers.has(parseArg))) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      const name = option.long ?? option.flags;
      if (isGiven) throw new CredWatchError(`${name} was given twice`, `give ${name} once`);
      isGiven = true;
    });
  }
}

/** The usual parser of a flag with this placeholder. Other parsers of a flag have priority. */
const PLACEHOLDER_PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  '<duration>': parsePositiveDuration,
  '<file>': parseFileName,
  '<name>': parseName,
};

export function addUsualParsers({ options }: Command): void {
  for (const option of options) {
    const parser = PLACEHOLDER_PARSERS[/<.*>/.exec(option.flags)?.[0] ?? ''];
    if (option.parseArg === undefined && parser !== undefined) option.argParser(parser);
  }
}

/** The URL of a server. */
export function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/i.test(text)) return text;
  // The text can contain a password.
  const InvalidError = text.includes('@') ? InvalidSecretError : InvalidValueError;
  throw new InvalidError('is not an http or https URL', 'use https://sts.eu-west-1.amazonaws.com');
}

export function parseRoleArnFlag(text: string): string {
  if (parseRoleArn(text).role !== null) return text;
  throw new InvalidValueError('is not the ARN of a role', 'use arn:aws:iam::111122223333:role/loader');
}

export function parseSessionName(text: string): string {
  if (/^[\w+=,.@-]{2,64}$/.test(text)) return text;
  throw new InvalidValueError('is not a session name', 'use 2 to 64 letters, digits or any of +=,.@_-');
}

export function parseExternalId(text: string): string {
  if (/^[\w+=,.@:/\\-]{2,1224}$/.test(text)) return text;
  throw new InvalidSecretError('is not an external id', 'use 2 to 1224 letters, digits or any of +=,.@:/_-');
}

/** The limits of AWS for every role. */
export function parseSessionDuration(text: string): Seconds {
  const seconds = parseDurationFlag(text);
  if (seconds >= 900 && seconds <= 43_200) return seconds;
  throw new InvalidValueError('is outside the limits of AWS', 'use 15m to 12h');
}
