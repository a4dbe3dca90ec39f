import { Command, CommanderError } from 'commander';
import { declareCheck, runCheck } from './check.ts';
import { type CommandLine, splitCommandLine } from './command-line.ts';
import { declareEnv, runEnv } from './env.ts';
import { declareExec, runExec } from './exec.ts';
import { EXIT, encodeExitCode, exitCodeStyle } from './exit-codes.ts';
import { declareExport, runExport } from './export.ts';
import { declareImport, runImport } from './import.ts';
import type { Io } from './io.ts';
import { declarePoll, runPoll } from './poll.ts';
import { declarePrune, runPrune } from './prune.ts';
import { declareReport, runReport } from './report.ts';
import { declareSimulate, runSimulate } from './simulate.ts';
import { declareSources, runSources } from './sources.ts';
import { sayError, sayThrown } from './speech.ts';

/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

/**
 * Runs one command line, without the program's name, to its exit code. Nothing here or below ends the process.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const line = splitCommandLine(argv);
  const style = exitCodeStyle(line.own);
  if (line.name !== 'check' || style !== 'nagios') return encodeExitCode(await answer(line, io), style);
  const { asPlugin } = await import('./nagios-plugin.ts');
  const plugin = asPlugin(io);
  const code = await answer(line, plugin.io);
  await plugin.finish();
  return encodeExitCode(code, style);
}

async function answer(line: CommandLine, io: Io): Promise<number> {
  const debug = line.own.includes('--debug');
  try {
    return await dispatch(line, io, debug);
  } catch (error) {
    await sayThrown(io, error, debug);
    return usageCode(line);
  }
}

/** A child of exec may end with any code: our own trouble has one that programs leave alone. */
const usageCode = ({ name }: CommandLine) => (name === 'exec' ? EXIT.notStarted : EXIT.usage);

async function dispatch(line: CommandLine, io: Io, debug: boolean): Promise<number> {
  let code: number = EXIT.ok;
  const text: { out: string; error: string } = { out: '', error: '' };
  const program = new Command('cred-watch')
    .description(
      'measures how long AWS temporary credentials really last here, and judges whether a job is safe',
    )
    .version(CRED_WATCH_VERSION, '-V, --version')
    .option('--debug', 'with an error, say where in the program it happened')
    .exitOverride()
    .helpOption('-h, --help', 'this text')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (written) => {
        text.out += written;
      },
      writeErr: (written) => {
        text.error += written;
      },
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText('after', '\nBegin with:\n  cred-watch poll && cred-watch report -j 5h');
  declarePoll(program, async (flags) => {
    code = await runPoll(flags, io, debug);
  });
  declareSources(program, async (flags) => {
    code = await runSources(flags, io);
  });
  declareReport(program, async (flags) => {
    code = await runReport(flags, io);
  });
  declareCheck(program, async (flags) => {
    code = await runCheck(flags, io);
  });
  declareExec(program, async (flags) => {
    code = await runExec(flags, line.command, io);
  });
  declareEnv(program, async (flags) => {
    code = await runEnv(flags, io);
  });
  declareImport(program, async (files, flags) => {
    code = await runImport(files, flags, io);
  });
  declareExport(program, async (flags) => {
    code = await runExport(flags, io);
  });
  declarePrune(program, async (flags) => {
    code = await runPrune(flags, io);
  });
  declareSimulate(program, async (flags) => {
    code = await runSimulate(flags, io, debug);
  });
  try {
    await program.parseAsync(line.own, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = await sayUsage(error, text, line, program, io);
  }
  return code;
}

/** commander says `error: …` and exits with 1, which would read as "not safe". */
async function sayUsage(
  error: CommanderError,
  text: { out: string; error: string },
  line: CommandLine,
  program: Command,
  io: Io,
): Promise<number> {
  if (error.exitCode === 0) {
    await io.stdout.write(text.out);
    return EXIT.ok;
  }
  if (error.code === 'commander.help') {
    const [, unknown] = line.own[0] === 'help' ? line.own : [];
    if (unknown !== undefined) {
      await sayError(io, `unknown command '${unknown}'`, 'see --help');
      return EXIT.usage;
    }
    await io.stderr.write(
      `error: no command was given\nhint: cred-watch poll, then cred-watch report\n\n${text.error}`,
    );
    return EXIT.usage;
  }
  const { message, hint } = inOurWords(text.error.trimEnd());
  const special = lacksDashes(error, line) ? withDashes(hint) : choicesOfMissing(error, line, program);
  await sayError(io, message, special ?? hint);
  return usageCode(line);
}

/** Words of the command that exec is to run were taken for its own. */
const lacksDashes = ({ code }: CommanderError, { name, command }: CommandLine) =>
  name === 'exec' &&
  command.length === 0 &&
  (code === 'commander.excessArguments' || code === 'commander.unknownOption');

const withDashes = (hint: string) =>
  `${hint.startsWith('did you mean') ? `${hint} or ` : ''}put two dashes before the command: \`cred-watch exec -j 4h -- command arguments\``;

/** What a flag may be that has to be there and is not; null where that is not what went wrong, or anything goes. */
function choicesOfMissing({ code, message }: CommanderError, { name }: CommandLine, program: Command) {
  if (code !== 'commander.missingMandatoryOptionValue') return null;
  const options = program.commands.find((each) => each.name() === name)?.options ?? [];
  const missing = options.find(({ flags }) => message.includes(`'${flags}'`));
  return missing?.argChoices === undefined
    ? null
    : `use ${missing.short ?? missing.long} with one of ${missing.argChoices.join(', ')}`;
}

/** Ours name the flag as it was meant and keep what to do for the hint. */
function inOurWords(written: string): { message: string; hint: string } {
  const flag = /^error: option '(?:-\w, )?(--[\w-]+).*?' argument '(.*)' is invalid\. (.*)$/s.exec(written);
  if (flag !== null) {
    const [, name = '', value = '', why = ''] = flag;
    const choices = /^Allowed choices are (.*)\.$/.exec(why)?.[1];
    if (choices !== undefined)
      return { message: `${name} '${value}' is not known`, hint: `use one of ${choices}` };
    const [what = '', hint = 'see --help'] = why.split(': ');
    return { message: `${name} '${value}' ${what}`, hint };
  }
  const [first = '', ...rest] = written.split('\n');
  const meant = /^\(Did you mean (.*)\?\)$/.exec(rest.at(-1) ?? '')?.[1];
  return {
    message: first.replace(/^error: /, ''),
    hint: meant === undefined ? 'see --help' : `did you mean ${meant}?`,
  };
}
