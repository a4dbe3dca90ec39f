import { type Argument, type Command, InvalidArgumentError, type Option } from 'commander';
import { CredWatchError } from '../../errors.ts';
import { buildChoiceHint } from './flag-hints.ts';

/**
 * Thrown by the parser of a value. The message continues a sentence: `is not a duration`. The program adds the
 * flag and the value: `FLAG 'VALUE' MESSAGE`.
 */
export class InvalidValueError extends CredWatchError {}

/** For a value that can be a secret. The message is `FLAG MESSAGE`. */
export class InvalidSecretError extends InvalidValueError {}

/**
 * Runs the parser of a value.
 * @param name the flag or the argument
 * @param context follows the value in the message: ` of the scenario throttled`
 * @throws CredWatchError if the value is invalid
 */
export function parseValue<T>(name: string, value: string, parse: (value: string) => T, context = ''): T {
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    const shown = error instanceof InvalidSecretError ? '' : ` '${shorten(value)}'`;
    throw new CredWatchError(`${name}${shown}${context} ${error.message}`, error.hint, { cause: error });
  }
}

/** A variable can be very long, and a monitoring system cuts the line of a plugin. */
const MAX_SHOWN_LENGTH = 200;

const shorten = (value: string): string =>
  value.length > MAX_SHOWN_LENGTH ? `${value.slice(0, MAX_SHOWN_LENGTH)}...` : value;

/** Makes all flags and arguments of a command report invalid values in our form instead of commander's. */
export function reportInvalidValues(command: Command): void {
  const flags = command.options.flatMap(({ long }) => long ?? []);
  for (const option of command.options) wrapParser(option, option.long ?? option.flags, flags);
  for (const argument of command.registeredArguments) wrapParser(argument, argument.name(), flags);
}

type NamedParser = (name: string, value: string, previous: unknown) => unknown;

const namedParsers = new WeakMap<Option | Argument, NamedParser>();

/** @param flags the long flags of the command */
function wrapParser(target: Option | Argument, name: string, flags: readonly string[]): void {
  const { parseArg, argChoices } = target;
  if (parseArg === undefined) return;
  const parse: NamedParser = (shownName, value, previous) =>
    parseValue(shownName, value, () => {
      try {
        return parseArg.call(target, value, previous);
      } catch (error) {
        if ('short' in target && target.short != null) {
          // `-j=5h`
          if (value.startsWith('='))
            throw new InvalidValueError('begins with =', `write \`${target.short} ${value.slice(1)}\``);
          // `-job nightly` is `-j ob`.
          const long = `-${target.short}${value.replace(/=.*/s, '')}`;
          if (flags.includes(long))
            throw new InvalidValueError('is a part of a flag', `write two dashes: ${long}`);
        }
        // commander's own check of the choices.
        if (!(error instanceof InvalidArgumentError) || argChoices === undefined) throw error;
        throw new InvalidValueError('is unknown', buildChoiceHint(value, argChoices));
      }
    });
  namedParsers.set(target, parse);
  target.parseArg = <T>(value: string, previous: T) => parse(name, value, previous) as T;
}

/**
 * Parses the first value of a flag that was not given with the flag.
 * @param name replaces the flag in messages
 * @throws CredWatchError if the value is invalid
 */
export const parseNamed = (option: Option, name: string, value: string): unknown =>
  namedParsers.get(option)?.(name, value, undefined) ?? value;
