import type { Command, CommanderError } from 'commander';
import type { Io } from '../process/io.ts';
import { printError } from '../process/messages.ts';
import type { CommandLine } from './command-line.ts';
import { choiceHint, commandHint, flagHint } from './did-you-mean.ts';
import { EXIT } from './exit-codes.ts';

/** What commander has written. */
export interface CommanderOutput {
  stdout: string;
  stderr: string;
}

/** A child of exec may end with any code: our own trouble has one that programs leave alone. */
export const usageExitCode = ({ commandName }: CommandLine): number =>
  commandName === 'exec' ? EXIT.notStarted : EXIT.usage;

/** commander says `error: …` and exits with 1, which would read as "not safe". Returns the exit code. */
export async function handleCommanderError(
  error: CommanderError,
  written: CommanderOutput,
  line: CommandLine,
  program: Command,
  io: Io,
): Promise<number> {
  if (error.exitCode === 0) {
    await io.stdout.write(written.stdout);
    return EXIT.ok;
  }
  if (error.code === 'commander.help') {
    await io.stderr.write(
      `error: no command was given\nhint: cred-watch poll, then cred-watch report\n\n${written.stderr}`,
    );
    return EXIT.usage;
  }
  const { message, hint } = inOurWords(error, written.stderr.trimEnd(), line, program);
  const special = lacksDashes(error, line) ? withDashes(hint) : choicesOfMissing(error, line, program);
  await printError(io, message, special ?? hint);
  return usageExitCode(line);
}

/** Words of the command that exec is to run were taken for its own. */
const lacksDashes = ({ code }: CommanderError, { commandName, childCommand }: CommandLine) =>
  commandName === 'exec' &&
  childCommand.length === 0 &&
  (code === 'commander.excessArguments' || code === 'commander.unknownOption');

const withDashes = (hint: string) =>
  `${hint.startsWith('did you mean') ? `${hint} or ` : ''}put two dashes before the command: \`cred-watch exec -j 4h -- command arguments\``;

/** What a flag may be that has to be there and is not; null where that is not what went wrong, or anything goes. */
function choicesOfMissing({ code, message }: CommanderError, { commandName }: CommandLine, program: Command) {
  if (code !== 'commander.missingMandatoryOptionValue') return null;
  const options = program.commands.find((each) => each.name() === commandName)?.options ?? [];
  const missing = options.find(({ flags }) => message.includes(`'${flags}'`));
  return missing?.argChoices === undefined
    ? null
    : `use ${missing.short ?? missing.long} with one of ${missing.argChoices.join(', ')}`;
}

/** Ours name the flag as it was meant and keep what to do for the hint. */
function inOurWords(
  { code }: CommanderError,
  written: string,
  line: CommandLine,
  program: Command,
): { message: string; hint: string } {
  const bad =
    /^error: (?:option '(?:-\w, )?(--[\w-]+).*?' argument|command-argument value) '(.*)' is invalid(?: for argument '([\w-]+)')?\. (.*)$/s.exec(
      written,
    );
  if (bad !== null) {
    const [, flag, value = '', argument, why = ''] = bad;
    const name = flag ?? argument ?? '';
    const choices = /^Allowed choices are (.*)\.$/.exec(why)?.[1];
    if (choices !== undefined)
      return { message: `${name} '${value}' is not known`, hint: choiceHint(value, choices.split(', ')) };
    const [what = '', hint = 'see --help'] = why.split(': ');
    return { message: `${name} '${value}' ${what}`, hint };
  }
  const [first = '', ...rest] = written.split('\n');
  const message = first.replace(/^error: /, '');
  const guess = /^\(Did you mean (.*)\?\)$/.exec(rest.at(-1) ?? '')?.[1] ?? null;
  const word = /'(.*)'$/s.exec(message)?.[1] ?? '';
  if (code === 'commander.unknownCommand') return { message, hint: commandHint(program, word) };
  if (code === 'commander.unknownOption')
    return { message, hint: flagHint(program, line.commandName, word, guess) };
  return { message, hint: guess === null ? 'see --help' : `did you mean ${guess}?` };
}
