import { SOURCE_NAMES, type SourceName } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { isReservedName } from '../../server/serving/role-names.ts';
import { buildChoiceHint } from '../flags/flag-hints.ts';
import { InvalidSecretError, InvalidValueError } from '../flags/invalid-value.ts';
import { parseCommand, type SourceFlags } from '../flags/source-flags.ts';
import { parseName, parseRole, parseRoleArnFlag } from '../flags/value-parsers.ts';

/** A value of `--serve`: the credentials of a source under a name. */
export interface ServedSource {
  /** The name in paths, in `--listen NAME=ADDRESS`, in logs and in `/healthz`. */
  name: string;
  source: SourceName;
  /** The flags that the part after the second separator stands for. */
  flags: Partial<SourceFlags>;
}

interface ValueOfSource {
  /** The placeholder in messages. */
  placeholder: string;
  isRequired?: true;
  parse(text: string): Partial<SourceFlags>;
}

const PROFILE: ValueOfSource = { placeholder: 'PROFILE', parse: (text) => ({ profile: parseName(text) }) };
const ROLE_ARN: ValueOfSource = {
  placeholder: 'ARN',
  parse: (text) => ({ roleArn: parseRoleArnFlag(text) }),
};

/** What follows the source in `NAME=SOURCE:VALUE`. Null: the source takes no value. */
export const SERVED_VALUES: Readonly<Record<SourceName, ValueOfSource | null>> = {
  imds: { placeholder: 'ROLE', parse: (text) => ({ role: parseRole(text) }) },
  container: null,
  process: { placeholder: 'COMMAND', isRequired: true, parse: (text) => ({ process: parseCommand(text) }) },
  environment: null,
  profile: PROFILE,
  'web-identity': ROLE_ARN,
  role: ROLE_ARN,
  sso: PROFILE,
  github: ROLE_ARN,
};

/** Starts with a letter, so that no name is a version of IMDS such as `1.0` or `2021-03-23`. */
const SERVED_NAME = /^[a-z][\w.-]{0,63}$/i;

const EXAMPLE = 'use NAME=SOURCE or NAME=SOURCE:VALUE, for example loader=profile:loader';

/**
 * Parses `loader=profile:etl`.
 * @throws InvalidSecretError, because the value can be a command with a secret
 */
export function parseServedSource(text: string): ServedSource {
  const [, name, sourceName, value] = /^([^=]*)=([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (name === undefined || sourceName === undefined)
    throw new InvalidSecretError('has a value without an equals sign', EXAMPLE);
  assertServedName(name);
  const source = SOURCE_NAMES.find((known) => known === sourceName);
  if (source === undefined) {
    const shown = /^[\w-]{1,30}$/.test(sourceName) ? `${name}=${sourceName}` : `${name}=…`;
    throw new InvalidSecretError(
      `${shown} names no source`,
      `${buildChoiceHint(sourceName, SOURCE_NAMES)}; ${EXAMPLE}`,
    );
  }
  return { name, source, flags: parseValueOfSource(`${name}=${source}`, source, value) };
}

function assertServedName(name: string): void {
  if (!SERVED_NAME.test(name))
    throw new InvalidSecretError(
      'has no valid name before the equals sign',
      `begin the name with a letter, and use at most 64 letters, digits or any of _.-; ${EXAMPLE}`,
    );
  if (isReservedName(name))
    throw new InvalidSecretError(
      `${name}=… has the name of a path of the endpoint`,
      `use another name, for example my-${name.toLowerCase()}`,
    );
}

/** @param start the part of the flag's value before the value of the source */
function parseValueOfSource(
  start: string,
  source: SourceName,
  value: string | undefined,
): Partial<SourceFlags> {
  const expected = SERVED_VALUES[source];
  if (expected === null) {
    if (value === undefined) return {};
    throw new InvalidSecretError(`${start} takes no value`, `use ${start}`);
  }
  const { placeholder, isRequired, parse } = expected;
  if (value === undefined && !isRequired) return {};
  if (value === undefined || value.trim() === '')
    throw new InvalidSecretError(
      `${start} has no ${placeholder}`,
      `use ${start}:${placeholder}${isRequired ? '' : ` or ${start}`}`,
    );
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    throw new InvalidSecretError(`${start}:… ${error.message}`, error.hint, { cause: error });
  }
}

/** @throws CredWatchError if two roles have the same name */
export function assertDistinctNames(served: readonly ServedSource[]): void {
  const names = served.map(({ name }) => name);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw new CredWatchError(`--serve ${duplicate}=… was given twice`, 'give each role a name of its own');
}
