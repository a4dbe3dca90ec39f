import type { CommandDefinition } from '../../../../src/cli/command.ts';
import { splitCommandLine } from '../../../../src/cli/flags/command-line.ts';
import { addListeningFlags } from '../../../../src/cli/flags/listening-flags.ts';
import { createFormatFlag } from '../../../../src/cli/flags/shared-flags.ts';
import type { ProcessIo } from '../../../../src/cli/process/io.ts';
import { createLineParser, runLine, runParsedLine } from '../../../../src/cli/run-line.ts';
import { addSetupFlags, type SetupFlags } from '../../../../src/cli/serving/setup/flags.ts';
import { runSetup } from '../../../../src/cli/serving/setup/run-setup.ts';

/** The exit code of a run without a flag of the set-up. */
export const SERVES = 70;

const serve: CommandDefinition = {
  name: 'serve',
  group: 'Serve',
  description: 'the set-up without the server',
  declare: (command) =>
    addSetupFlags(addListeningFlags(command, 'address to listen on', '127.0.0.1:1338'))
      .option('--shape <list>', 'endpoints to serve')
      .addOption(createFormatFlag()),
  help: { examples: [] },
  run: async (flags, invocation) => (await runSetup(flags as SetupFlags, invocation)) ?? SERVES,
};

/** Runs `serve` with these words after the name of the command. */
export function runServeSetup(words: readonly string[], process: ProcessIo): Promise<number> {
  const line = splitCommandLine(['serve', ...words], [serve]);
  return runLine(line, process, (io) => runParsedLine(createLineParser([serve], {}).parse(line), line, io));
}
