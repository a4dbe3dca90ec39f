import type { Command, CommanderError, Option } from 'commander';
import { getHelp } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { printError } from '../process/messages.ts';
import { type CommandLine, findUnknownFlag } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { buildCommandHint, buildFlagHint, getFlagName, seeHelp } from './suggestions.ts';

/** The output of commander, which is printed later or replaced. */
export interface CommanderOutput {
  stdout: string;
  stderr: string;
}

/** `exec` has its own code, because its child may end with 2. */
export const usageExitCode = ({ definition }: CommandLine): number =>
  definition?.startsProgram ? EXIT.notStarted : EXIT.usage;

/** Prints help or a usage error. Returns our exit code, because commander's 1 would mean "not safe". */
export async function handleCommanderError(
  { code, exitCode, message }: CommanderError,
  written: CommanderOutput,
  line: CommandLine,
  program: Command,
  io: Io,
): Promise<number> {
  if (exitCode === 0) {
    await io.stdout.write(written.stdout);
    return EXIT.ok;
  }
  if (code === 'commander.help') {
    await printError(io, 'no command was given', 'run `cred-watch poll`, then `cred-watch report`');
    await io.stderr.write(`\n${written.stderr}`);
    return EXIT.usage;
  }
  const error = describeError(code, message, line, program);
  await printError(io, error.message, error.hint);
  return usageExitCode(line);
}

/** Replaces commander's messages by ours. */
function describeError(code: string, message: string, line: CommandLine, program: Command) {
  const { commandName, ownArguments } = line;
  const command = program.commands.find((each) => each.name() === commandName) ?? null;
  const options = [...program.options, ...(command?.options ?? [])];
  const unknownFlag = findUnknownFlag(ownArguments, options);
  if (code === 'commander.unknownCommand')
    return { message: `unknown command '${commandName}'`, hint: buildCommandHint(program, commandName) };
  // commander reports a missing flag even if the cause is a typing error in this flag.
  if (unknownFlag !== null) {
    const hint = buildFlagHint(program, command, unknownFlag);
    const hints = lacksDashes(line) ? [hint, ADD_DASHES] : [hint ?? seeHelp(command)];
    return {
      message: `unknown option '${getFlagName(unknownFlag)}'`,
      hint: hints.filter(Boolean).join(' or '),
    };
  }
  if (command !== null) {
    switch (code) {
      case 'commander.excessArguments': {
        const { args, registeredArguments } = command;
        const most = registeredArguments.length === 0 ? 'no arguments' : 'only 1 argument';
        const where = line.definition?.startsProgram ? ' before --' : '';
        return {
          message: `unexpected argument '${args[registeredArguments.length]}': ${commandName} takes ${most}${where}`,
          hint: lacksDashes(line) ? ADD_DASHES : seeHelp(command),
        };
      }
      case 'commander.missingArgument':
        return {
          message: `${commandName} needs <${command.registeredArguments.find(({ required }) => required)?.name()}>`,
          hint: giveExample(command),
        };
      case 'commander.missingMandatoryOptionValue': {
        const missing = command.options.find(
          (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
        );
        return {
          message: `${commandName} needs ${missing?.flags}`,
          hint: listChoices(missing) ?? giveExample(command),
        };
      }
      case 'commander.optionMissingArgument': {
        const flag = ownArguments.at(-1);
        const option = options.find(({ long, short }) => flag === long || flag === short);
        return { message: `${flag} needs a value`, hint: listChoices(option) ?? seeHelp(command) };
      }
    }
  }
  return { message: message.replace(/^error: /, ''), hint: seeHelp(command) };
}

/** Words of the command that `exec` is to run were parsed as words of `exec`. */
const lacksDashes = ({ definition, childCommand }: CommandLine) =>
  definition?.startsProgram === true && childCommand.length === 0;

const ADD_DASHES = 'put two dashes before the command: `cred-watch exec -j 4h -- command arguments`';

const listChoices = (option: Option | undefined): string | null =>
  option?.argChoices === undefined
    ? null
    : `use ${option.short ?? option.long} with one of ${option.argChoices.join(', ')}`;

const giveExample = (command: Command) => `for example \`${getHelp(command).examples[0]?.[0]}\``;
