/**
 * Environment variables that give values to flags: a flag has priority, then its variable, then its default. commander
 * has this too, but reads the variables of the process itself, and reports an invalid value as a value of the flag.
 */
import type { Command, Option } from 'commander';
import type { Environment } from '../../../sources/environment/variables.ts';
import { parseNamed } from '../invalid-value.ts';

/** The variable of each flag, in the commands with `readsFlagVariables`. */
export const FLAG_VARIABLES = {
  '--job-duration': 'CRED_WATCH_JOB_DURATION',
  '--margin': 'CRED_WATCH_MARGIN',
  '--role': 'CRED_WATCH_ROLE',
  '--source': 'CRED_WATCH_SOURCE',
} as const;

/** The variables that users set. */
export const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  'CRED_WATCH_DB',
  'CRED_WATCH_HOST',
  'CRED_WATCH_NO_CACHE',
  ...Object.values(FLAG_VARIABLES),
]);

/**
 * True if a variable may be one of this program, and no command reads it as a flag. Also for prefixes with a typing error,
 * such as `CRED_WATH_`, but not for the variables of other programs that begin with `CREDENTIAL`.
 */
export const hasUnknownVariable = (env: Environment): boolean =>
  Object.keys(env).some(
    (name) => /^CRED(?!ENTIAL|_?WATCH_PROMETHEUS_)/i.test(name) && !KNOWN_VARIABLES.has(name),
  );

export type FlagWithVariable = keyof typeof FLAG_VARIABLES;

/** The flags of one command line. */
export interface GivenFlags {
  env: Environment;
  /** True if the user gave the flag. */
  has(flag: string): boolean;
  /** The value of a flag, which may be the default or from a variable. */
  get(flag: string): unknown;
}

/** True if the variable does not apply, because other flags contradict it or make it irrelevant. */
export type IgnoreRule = (text: string, given: GivenFlags) => boolean;

const rulesOfCommands = new WeakMap<Command, Map<FlagWithVariable, IgnoreRule[]>>();
const variablesOfOptions = new WeakMap<Option, string>();

/** Adds a reason to ignore the variable of a flag: a variable must never cause an error about other flags. */
export function ignoreVariable(command: Command, flag: FlagWithVariable, rule: IgnoreRule): void {
  const rules = rulesOfCommands.get(command) ?? new Map<FlagWithVariable, IgnoreRule[]>();
  rulesOfCommands.set(command, rules.set(flag, [...(rules.get(flag) ?? []), rule]));
}

/** Declares that the flags of the command have variables, for help and for {@link applyFlagVariables}. */
export function addFlagVariables({ options }: Command): void {
  for (const option of options)
    if (hasVariable(option.long)) variablesOfOptions.set(option, FLAG_VARIABLES[option.long]);
}

const hasVariable = (long: string | null | undefined): long is FlagWithVariable =>
  typeof long === 'string' && Object.hasOwn(FLAG_VARIABLES, long);

/** The flag of a variable. Null for other variables. */
export const findFlagOfVariable = (name: string): FlagWithVariable | null =>
  Object.keys(FLAG_VARIABLES)
    .filter(hasVariable)
    .find((flag) => FLAG_VARIABLES[flag] === name) ?? null;

/** The variable of a flag of {@link addFlagVariables}. */
export const findVariable = (option: Option): string | undefined => variablesOfOptions.get(option);

/**
 * Sets the flags that the user did not give to the values of their variables. An empty variable counts as unset.
 * @throws CredWatchError if a variable is invalid
 */
export function applyFlagVariables(command: Command, env: Environment): void {
  const given = readGivenFlags(command, env);
  // The rule about a role needs the source.
  for (const flag of ['--source', '--role', '--job-duration', '--margin'] as const) {
    const option = findOption(command, flag);
    const text = env[FLAG_VARIABLES[flag]] ?? '';
    if (option === undefined || text === '' || !isVariableRead(command, flag, text, given)) continue;
    const value = parseNamed(option, FLAG_VARIABLES[flag], text);
    command.setOptionValueWithSource(option.attributeName(), value, 'env');
  }
}

const findOption = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ long }) => long === flag);

export function readGivenFlags(command: Command, env: Environment): GivenFlags {
  const getSource = (option: Option | undefined) =>
    option && command.getOptionValueSource(option.attributeName());
  return {
    env,
    has: (flag) => getSource(findOption(command, flag)) === 'cli',
    get: (flag) => command.getOptionValue(findOption(command, flag)?.attributeName() ?? flag),
  };
}

/** False if the command has no such flag, the user gave the flag, or other flags make the variable irrelevant. */
export function isVariableRead(
  command: Command,
  flag: FlagWithVariable,
  text: string,
  given: GivenFlags,
): boolean {
  const option = findOption(command, flag);
  if (option === undefined || findVariable(option) === undefined || given.has(flag)) return false;
  const rules = rulesOfCommands.get(command)?.get(flag) ?? [];
  return !rules.some((isIgnored) => isIgnored(text.trim(), given));
}

/** What to do if these variables select nothing. Null without a variable. */
export function describeVariables(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return names.length === 1
    ? `${names[0]} is set: unset it, or give the flag`
    : `${names.join(' and ')} are set: unset them, or give the flags`;
}

/** The variables that select series or credentials on this command line. */
export const listSelectingVariables = (command: Command): string[] =>
  listUsedVariables(command, ['--source', '--role']);

const listUsedVariables = (command: Command, flags: readonly FlagWithVariable[]): string[] =>
  command.options.flatMap((option) =>
    hasVariable(option.long) &&
    flags.includes(option.long) &&
    command.getOptionValueSource(option.attributeName()) === 'env'
      ? FLAG_VARIABLES[option.long]
      : [],
  );
