import { Option } from 'commander';
import { CONFORMANCE_SHAPES, type ConformanceShape } from '../../domain/conformance/conformance-check.ts';
import { type ConformanceVerdict, judgeConformance } from '../../domain/conformance/verdict.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import { createWatchProgress, printWatchNote } from '../conformance/watch-progress.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { createFormatFlag } from '../flags/shared-flags.ts';
import { parseRoleName, parseWatchDuration } from '../flags/value-parsers.ts';
import { FILE_STYLE, getTextStyle } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { isStdout, writeOutput } from '../process/output-file.ts';

const FORMATS = ['text', 'json', 'junit'] as const;

interface ConformFlags {
  shape?: ConformanceShape;
  token?: string;
  tokenFile?: string;
  role?: string;
  strict?: boolean;
  watch?: Seconds;
  format: (typeof FORMATS)[number];
  output: string;
}

const EXIT_CODES: Record<ConformanceVerdict, number> = {
  conforms: EXIT.ok,
  'does-not-conform': EXIT.failed,
  unknown: EXIT.unknown,
};

export const conformCommand: CommandDefinition = {
  name: 'conform',
  group: 'Serve',
  description: 'check whether a metadata endpoint behaves as the SDKs expect',
  declare: (command) =>
    command
      .argument('[url]', 'endpoint to check (default: the endpoint that the environment names)')
      .addOption(
        new Option('--shape <shape>', 'protocol of the endpoint (default: guessed from the URL)').choices(
          CONFORMANCE_SHAPES,
        ),
      )
      .option('--token <text>', 'value of the Authorization header of a container endpoint')
      .option('--token-file <file>', 'file that contains this value')
      .option('--role <name>', 'IMDS: request this role (default: the listed one)', parseRoleName)
      .option(
        '--watch <duration>',
        'then watch the endpoint for this time, with at most one request every 10 seconds (for example 2h)',
        parseWatchDuration,
      )
      .option('--strict', 'warnings are failures too')
      .addOption(createFormatFlag('output format', FORMATS))
      .option('-o, --output <file>', 'output file; - is stdout', '-'),
  help: {
    notes: [],
    exitCodes: [
      ['0', 'the endpoint conforms: no check on which an SDK relies has failed'],
      ['1', 'at least one such check has failed; with --strict, any check'],
      WRONG_USAGE,
      ['3', 'unknown: the endpoint is unreachable, or has no credentials to check'],
    ],
    examples: [
      ['cred-watch conform http://127.0.0.1:1338', 'an IMDS endpoint'],
      ['cred-watch conform', 'the endpoint that the environment names'],
    ],
  },
  async run(
    { shape, token, tokenFile, role, strict = false, watch, format, output }: ConformFlags,
    { io, command },
  ) {
    if (token !== undefined && tokenFile !== undefined) {
      throw new CredWatchError('--token and --token-file exclude each other', 'give one of them');
    }
    const { findTarget } = await import('../../sources/conformance/target.ts');
    const { env, clock, random } = io;
    const target = await findTarget({ env, clock, random, url: command.args[0], shape, token, tokenFile });
    if (token !== undefined) {
      await printNote(
        io,
        'other users of this machine can read --token in the list of processes',
        'use --token-file, or set AWS_CONTAINER_AUTHORIZATION_TOKEN',
      );
    }
    const { runConformance } = await import('../../sources/conformance/run-conformance.ts');
    const signal = io.createStopSignal();
    const progress = createWatchProgress(io);
    const run = await runConformance({
      ...target,
      ...{ env, clock, signal, role: role ?? null },
      ...(watch === undefined ? {} : { watch: { seconds: watch, onProgress: progress.show } }),
    }).finally(progress.clear);
    if (watch !== undefined) await printWatchNote(run, signal, io);
    const verdict = judgeConformance(run, strict);
    const { renderConformanceText } = await import('../../report/conformance/text.ts');
    const style = isStdout(output) ? getTextStyle(io) : FILE_STYLE;
    await writeOutput(io, output, [renderConformanceText(run, verdict, style)]);
    void format;
    return EXIT_CODES[verdict];
  },
};
