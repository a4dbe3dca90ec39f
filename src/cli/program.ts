import { type Argument, Command, type Option, type OutputConfiguration } from 'commander';
import { declareCheck, runCheckCommand } from './commands/check.ts';
import { declareCompletion, runCompletionCommand } from './commands/completion.ts';
import { declareEnv, runEnvCommand } from './commands/env.ts';
import { declareExec, runExecCommand } from './commands/exec.ts';
import { declareExport, runExportCommand } from './commands/export.ts';
import { declareHelp, showHelp } from './commands/help.ts';
import { declareImport, runImportCommand } from './commands/import.ts';
import { declarePoll, runPollCommand } from './commands/poll.ts';
import { declarePrune, runPruneCommand } from './commands/prune.ts';
import { declareReport, runReportCommand } from './commands/report.ts';
import { declareSimulate, runSimulateCommand } from './commands/simulate.ts';
import { declareSources, runSourcesCommand } from './commands/sources.ts';
import type { CommandLine } from './flags/command-line.ts';
import type { Io } from './process/io.ts';

/** Replaced by the build. */
declare const CRED_WATCH_VERSION: string;

/** What a command line runs in. */
export interface Invocation {
  io: Io;
  commandLine: CommandLine;
  debug: boolean;
}

/** What a command line asks for; resolves to its exit code. */
export type CommandAction = (invocation: Invocation) => Promise<number>;

/**
 * Every command with its flags and help. Nothing runs but by `perform`: the man page, the completion and tests read the
 * structure, and parse with it, and run nothing.
 */
export function declareProgram(
  perform: (action: CommandAction) => Promise<void> = async () => {},
  output: OutputConfiguration = {},
): Command {
  const program = new Command('cred-watch')
    .description(
      'measures how long AWS temporary credentials really last here, and judges whether a job is safe',
    )
    .version(CRED_WATCH_VERSION, '-V, --version', 'the version, and nothing else')
    .option('--debug', 'with an error, say where in the program it happened')
    .exitOverride()
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, optionDescription: describe, argumentDescription: describe })
    .configureOutput(output)
    .addHelpText(
      'after',
      `
cred-watch COMMAND --help lists the flags of a command, and examples.

Examples:
  cred-watch poll                        from cron, every 5 minutes or so
  cred-watch poll --interval 5m          or by itself, until it is stopped
  cred-watch report -j 5h                then: is a five-hour job safe?
  cred-watch check -j 5h --wait 90m      may it start now, or when?`,
    );
  declarePoll(program, (flags) => perform(({ io, debug }) => runPollCommand(flags, io, debug)));
  declareSources(program, (flags) => perform(({ io }) => runSourcesCommand(flags, io)));
  declareReport(program, (flags) => perform(({ io }) => runReportCommand(flags, io)));
  declareCheck(program, (flags) => perform(({ io }) => runCheckCommand(flags, io)));
  declareExec(program, (flags) =>
    perform(({ io, commandLine }) => runExecCommand(flags, commandLine.childCommand, io)),
  );
  declareEnv(program, (flags) => perform(({ io }) => runEnvCommand(flags, io)));
  declareImport(program, (files, flags) => perform(({ io }) => runImportCommand(files, flags, io)));
  declareExport(program, (flags) => perform(({ io }) => runExportCommand(flags, io)));
  declarePrune(program, (flags) => perform(({ io }) => runPruneCommand(flags, io)));
  declareSimulate(program, (flags) => perform(({ io, debug }) => runSimulateCommand(flags, io, debug)));
  declareCompletion(program, (shell) => perform(({ io }) => runCompletionCommand(shell, io)));
  declareHelp(program, (name) => perform(async () => showHelp(program, name)));
  return program;
}

/** What it is for, what it may be, and what it is if nothing is said; commander's own words put quotes around values. */
function describe({ description, ...each }: Option | Argument): string {
  const { argChoices, defaultValue, defaultValueDescription } = each;
  const isShown =
    defaultValueDescription !== undefined || !['undefined', 'boolean'].includes(typeof defaultValue);
  const about = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(isShown ? [`default: ${defaultValueDescription ?? String(defaultValue)}`] : []),
  ];
  return about.length === 0 ? description : `${description} (${about.join('; ')})`;
}
