import type { Command, CommanderError, Option } from 'commander';
import { parseDuration } from '../../domain/time/duration.ts';
import { hasSecretForm } from '../../key-id.ts';
import { getHelp } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { printText } from '../process/io.ts';
import { printError } from '../process/messages.ts';
import { type CommandLine, findUnknownFlag } from './command-line.ts';
import { EXIT, getUsageExitCode } from './exit-codes.ts';
import {
  buildCommandHint,
  buildFlagHint,
  buildJobHint,
  getFlagName,
  guessLongFlag,
  seeHelp,
} from './flag-hints.ts';
import { suggestAddress } from './suggestions/suggest-address.ts';
import { suggestFlag } from './suggestions/suggest-flag.ts';

/**
 * Prints help or a usage error. Returns our exit code, because commander's 1 would mean "not safe".
 * @param output what commander wrote
 */
export async function handleCommanderError(
  { code, exitCode, message }: CommanderError,
  output: string,
  line: CommandLine,
  program: Command,
  io: Io,
): Promise<number> {
  if (exitCode === 0) {
    await printText(io, output);
    return EXIT.ok;
  }
  if (code === 'commander.help') {
    await printError(io, 'no command was given', 'run `cred-watch init`, which says what to do next');
    await io.stderr.write(`\n${output}`);
    return EXIT.usage;
  }
  const [text, hint] = describeError(code, message, line, program);
  await printError(io, text, hint);
  return getUsageExitCode(line);
}

/** Our message and hint instead of commander's message. */
function describeError(
  code: string,
  message: string,
  line: CommandLine,
  program: Command,
): [message: string, hint: string] {
  const { commandName, ownArguments, definition, childCommand } = line;
  const command = program.commands.find((each) => each.name() === commandName) ?? null;
  // The query of a presigned URL contains secrets, so a URL is not quoted.
  if (code === 'commander.unknownCommand' && isUrl(commandName))
    return ['the first word is a URL and not a command', 'show when it expires: `cred-watch key URL`'];
  if (code === 'commander.unknownCommand' && !isOtherDash(commandName))
    return [`unknown command '${commandName}'`, buildCommandHint(program, commandName)];
  const options = [...program.options, ...(command?.options ?? [])];
  // Without two dashes, the words of the child command were parsed as words of `exec`.
  const lacksDashes = definition?.startsProgram === true && childCommand.length === 0;
  // commander reports a missing flag even if the cause is a typing error in this flag.
  const unknownFlag = findUnknownFlag(ownArguments, options);
  if (unknownFlag !== null) {
    const hint = buildFlagHint(program, command, unknownFlag);
    const guess = () => guessLongFlag(command, unknownFlag) ?? seeHelp(command);
    const hints = lacksDashes
      ? [hint, suggestDashes(ownArguments, options)]
      : [
          suggestOrder(program, command, ownArguments) ??
            (command === null ? buildJobHint(ownArguments, unknownFlag) : null) ??
            suggestAddress(program, command, unknownFlag, ownArguments) ??
            hint ??
            guess(),
        ];
    return [`unknown option '${getFlagName(unknownFlag)}'`, hints.filter(Boolean).join(' or ')];
  }
  const dash = ownArguments.find(isOtherDash);
  if (dash !== undefined && (code === 'commander.excessArguments' || command === null))
    return [
      `'${dash}' begins with a dash that is not a hyphen`,
      'type the dash again: a document has changed it',
    ];
  if (command === null) return [message.replace(/^error: /, ''), seeHelp(command)];
  const { args, registeredArguments } = command;
  switch (code) {
    case 'commander.excessArguments': {
      const most = registeredArguments.length === 0 ? 'no arguments' : 'only 1 argument';
      const limit = `${commandName} takes ${most}${definition?.startsProgram ? ' before --' : ''}`;
      const argument = args[registeredArguments.length] ?? '';
      const suggestion = suggestFlag(command, args, registeredArguments.length, ownArguments);
      const quoted = isUrl(argument) ? 'unexpected URL' : `unexpected argument '${argument}'`;
      return [
        `${quoted}: ${limit}`,
        suggestion ?? (lacksDashes ? suggestDashes(ownArguments, options) : seeHelp(command)),
      ];
    }
    case 'commander.missingArgument': {
      const missing = registeredArguments.find(({ required }) => required);
      return [
        `${commandName} needs <${missing?.name()}>`,
        `give ${missing?.description}; ${giveExample(command)}`,
      ];
    }
    case 'commander.missingMandatoryOptionValue': {
      const missing = command.options.find(
        (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
      );
      const suggestion = args.length === 0 ? null : suggestFlag(command, args, 0, ownArguments);
      return [
        `${commandName} needs ${missing?.flags}`,
        suggestion ?? listChoices(missing, command) ?? giveExample(command),
      ];
    }
    case 'commander.optionMissingArgument': {
      const flag = ownArguments.at(-1);
      const option = options.find(({ long, short }) => flag === long || flag === short);
      return [
        `${flag} needs a value`,
        listChoices(option, command) ?? giveValue(flag, option) ?? seeHelp(command),
      ];
    }
    default:
      return [message.replace(/^error: /, ''), seeHelp(command)];
  }
}

/** For `-j 5h report`. */
function suggestOrder(program: Command, command: Command | null, words: readonly string[]): string | null {
  if (command !== null) return null;
  const names = new Set(program.commands.map((each) => each.name()));
  const index = words.findIndex((word) => names.has(word));
  if (index < 0) return null;
  const flags = words.slice(0, index);
  const shown = flags.every(isPlain) ? flags : flags.slice(0, 1);
  return `put the command first: \`cred-watch ${words[index]} ${shown.join(' ')}\``;
}

/** Other words need quotes, or can be secret. */
const isPlain = (text: string): boolean => /^[\w./+:-]+$/.test(text) && !hasSecretForm(text);

/** Word processors replace hyphens by other dashes. */
const isOtherDash = (word: string): boolean => /^[\u2010-\u2015\u2212]/.test(word);

const isUrl = (text: string) => /^https?:/i.test(text);

/** Repeats the duration and the command. Its arguments can be secret. */
function suggestDashes(words: readonly string[], options: readonly Option[]): string {
  let duration: string | null = null;
  let command: string | undefined;
  for (let index = words[0] === 'exec' ? 1 : 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) {
      command = word;
      duration ??= findMisplacedDuration(words.slice(index + 1));
      break;
    }
    const option = options.find(({ long, short }) => word === long || word === short);
    // The next word can be its value.
    if (option === undefined) break;
    if (!option.required && !option.optional) continue;
    index += 1;
    if (option.long === '--job-duration') duration = words[index] ?? duration;
  }
  const example = `-j ${duration !== null && isPlain(duration) ? duration : '4h'} -- ${command !== undefined && isPlain(command) ? command : 'command'} ...`;
  return `put two dashes before the command: \`cred-watch exec ${example}\``;
}

/** The duration of `./load.sh -j 5h`. A flag of the command itself, such as `make -j 4`, has no unit. */
function findMisplacedDuration(words: readonly string[]): string | null {
  const index = words.findIndex((word) => /^(?:-j|--job-duration)(?:=|$)/.test(word));
  const [, value = words[index + 1]] = /=(.*)/.exec(words[index] ?? '') ?? [];
  return index >= 0 && value !== undefined && parseDuration(value) !== null ? value : null;
}

function listChoices(option: Option | undefined, command: Command): string | null {
  if (option?.argChoices === undefined) return null;
  if (command.name() === 'env' && option.long === '--format') return USUAL_ENV_FORMATS;
  return `use ${option.short ?? option.long} with one of ${option.argChoices.join(', ')}`;
}

/** The list of all formats hides the usual ones. */
const USUAL_ENV_FORMATS =
  'use -f env for a shell (also fish, powershell, windows-cmd), -f redshift-copy for COPY and UNLOAD, ' +
  '-f docker for --env-file, or -f process and -f json for programs; all formats: `cred-watch env --help`';

/** Values of flags, by the flag or by the kind of value. */
const EXAMPLE_VALUES: Readonly<Record<string, string>> = {
  '--job-duration': '4h',
  '--wait': '90m',
  '--older-than': '90d',
  '<duration>': '5m',
  '<time>': '7d',
  '<share>': '95%',
};

function giveValue(flag: string | undefined, option: Option | undefined): string | null {
  const [kind = ''] = /<.*>/.exec(option?.flags ?? '') ?? [];
  const value = EXAMPLE_VALUES[option?.long ?? ''] ?? EXAMPLE_VALUES[kind];
  return value === undefined ? null : `for example \`${flag} ${value}\``;
}

const giveExample = (command: Command) => `for example \`${getHelp(command).examples[0]?.[0]}\``;
