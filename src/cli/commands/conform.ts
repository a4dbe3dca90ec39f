import { Option } from 'commander';
import { CONFORMANCE_SHAPES, type ConformanceShape } from '../../domain/conformance/conformance-check.ts';
import { type ConformanceVerdict, judgeConformance } from '../../domain/conformance/verdict.ts';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition } from '../command.ts';
import type { ConformanceFormat } from '../conformance/output.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { createFormatFlag, createOutputFlag } from '../flags/shared-flags.ts';
import { parseRole, parseWatchDuration } from '../flags/value-parsers.ts';
import { printNote } from '../process/messages.ts';

const FORMATS = ['text', 'json', 'junit'] as const satisfies readonly ConformanceFormat[];

interface ConformFlags {
  shape?: ConformanceShape;
  token?: string;
  tokenFile?: string;
  role?: string;
  strict?: boolean;
  watch?: Seconds;
  format: ConformanceFormat;
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
  summary: 'check whether an endpoint behaves as the SDKs expect',
  description: 'check whether a metadata endpoint behaves as the SDKs expect',
  declare: (command) =>
    command
      .argument('[url]', 'endpoint to check (default: the endpoint that SDKs use in this environment)')
      .addOption(
        new Option('--shape <shape>', 'protocol of the endpoint')
          .choices(CONFORMANCE_SHAPES)
          .default(undefined, 'guessed from the URL and the environment'),
      )
      .option(
        '--token <text>',
        'Authorization header of a container endpoint (default: the token of the environment)',
      )
      .option('--token-file <file>', 'file with the Authorization header; read again at each request')
      .option('--role <name>', 'with IMDS: the role to request (default: the listed role)', parseRole)
      .option(
        '--watch <duration>',
        'also watch the endpoint for this time, for example 2h, with at most one request every 10 seconds',
        parseWatchDuration,
      )
      .option('--strict', 'count warnings as failures')
      .addOption(createFormatFlag('output format', FORMATS))
      .addOption(createOutputFlag()),
  help: {
    commonFlags: ['--shape', '--token-file', '--watch', '--strict', '--format', '--output'],
    notes: [
      'Each check sends requests as SDKs do, and compares the responses with those of AWS. A failed check shows ' +
        'request and response, and which SDKs get no credentials, send many requests or are delayed. An error is about ' +
        'what SDKs rely on. A warning is about many requests, delays, leaks, or a difference from AWS.',
      'At most 60 requests are sent, within one minute. They are GET, HEAD, OPTIONS, and PUT for a token and to the ' +
        'list of roles, and they change nothing. No secret is printed.',
      'Give the base URL of an IMDS endpoint, and the whole URL of a container endpoint. Without a URL, the ' +
        'variables that SDKs read select the endpoint and the token.',
      'A token on the command line is visible to other users of the machine. Use --token-file, or ' +
        'AWS_CONTAINER_AUTHORIZATION_TOKEN or AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.',
    ],
    exitCodes: [
      ['0', 'the endpoint conforms: no check failed with an error'],
      ['1', 'at least one check failed with an error; with --strict, also with a warning'],
      WRONG_USAGE,
      ['3', 'unknown: the endpoint is not reachable, refuses the request, or serves no credentials'],
    ],
    examples: [
      ['cred-watch conform', 'the endpoint that SDKs use here'],
      ['cred-watch conform http://127.0.0.1:1338', 'an IMDS endpoint'],
      ['cred-watch conform http://127.0.0.1:8080/credentials --token-file token'],
      ['cred-watch conform http://127.0.0.1:1338 -f junit -o conform.xml', 'for CI'],
    ],
  },
  async run(
    { shape, token, tokenFile, role, strict = false, watch, format, output }: ConformFlags,
    { io, command },
  ) {
    if (token !== undefined && tokenFile !== undefined) {
      throw new CredWatchError('--token and --token-file cannot be combined', 'remove one of them');
    }
    const { findTarget } = await import('../../sources/conformance/target.ts');
    const { env, clock, random } = io;
    const [url] = command.args;
    const target = await findTarget({ env, clock, random, url, shape, token, tokenFile });
    if (role !== undefined && target.shape !== 'imds') {
      throw new CredWatchError(
        '--role needs an IMDS endpoint',
        'remove it: a container endpoint has only one role',
      );
    }
    if (target.shape === 'imds' && (token ?? tokenFile) !== undefined) {
      const flag = token === undefined ? '--token-file' : '--token';
      throw new CredWatchError(`${flag} needs a container endpoint`, 'remove it: IMDS issues its own tokens');
    }
    const { printMissingResult, requireWritableOutput, writeConformance } = await import(
      '../conformance/output.ts'
    );
    const { isStdout } = await import('../process/output-file.ts');
    await requireWritableOutput(output);
    const { listTargetNotes } = await import('../conformance/target-notes.ts');
    for (const [message, hint] of listTargetNotes(target)) await printNote(io, message, hint);
    const { runChecks } = await import('../conformance/run-checks.ts');
    const run = await runChecks(target, role ?? null, watch, io);
    const verdict = judgeConformance(run, strict);
    await writeConformance({ run, verdict, isStrict: strict }, format, output, io);
    // The text says the same.
    if (verdict === 'unknown' && !(format === 'text' && isStdout(output))) await printMissingResult(run, io);
    return EXIT_CODES[verdict];
  },
};
