import { devNull } from 'node:os';
import type { CredentialValues } from '../../credential-formats/credential-values.ts';
import { formatFlagDuration, parseDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { describeFailure } from '../../report/messages/failures/describe-failure.ts';
import type { PolledCredentials } from '../../sources/source.ts';
import { type CommandResult, recordJobRun } from '../../watch/record-job-run.ts';
import type { CommandDefinition, Invocation } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import type { Io } from '../process/io.ts';
import { createErrorPrinter, createNewTextCheck, printNote } from '../process/messages.ts';
import { readProfile, readProfileRegion } from '../process/profile-region.ts';
import { addWatchFlags, validateWatchFlags, type WatchFlags } from '../running-job/watch-flags.ts';
import { describeDurationAsName } from '../start-check/job-duration.ts';
import { findSafeStart, type SafeStart } from '../start-check/safe-start.ts';
import {
  addStartCheckFlags,
  openStartCheck,
  type StartCheckContext,
  type StartCheckFlags,
} from '../start-check/start-check.ts';

export interface ExecFlags extends StartCheckFlags, WatchFlags {
  legacyToken?: boolean;
  refresh?: boolean;
}

export const execCommand: CommandDefinition = {
  name: 'exec',
  group: 'Judge',
  description: 'check, then run a command with the credentials',
  readsFlagVariables: true,
  startsProgram: true,
  declare: (command) =>
    addWatchFlags(
      addStartCheckFlags(command, 'record this run under a job name, for `report --job` and -j auto')
        .usage('[options] -- <command> [arguments...]')
        .option('--legacy-token', 'also set AWS_SECURITY_TOKEN, for programs that read only this variable')
        .option('--refresh', 'pass an endpoint instead of a copy, for programs that refresh credentials'),
      'warn on stderr before the credentials of the command expire, and report at its end whether they lasted',
    ),
  help: {
    commonFlags: [
      '--job-duration',
      '--job',
      '--margin',
      '--wait',
      '--source',
      '--profile',
      '--refresh',
      '--watch',
    ],
    exitCodes: [
      ['n', 'the command ended with exit code n'],
      ['125', 'the command was not started: wrong usage, not safe, or unknown'],
      ['126', 'the command is not executable'],
      ['127', 'the command was not found'],
      ['128+n', 'signal n ended the command'],
    ],
    examples: [
      ['cred-watch exec -j 4h -- ./load.sh', 'pass a copy'],
      ['cred-watch exec -j 4h --wait 90m --job nightly -- ./load.sh'],
      ['cred-watch exec -j auto --job nightly -- ./load.sh', 'by its longest run'],
      ['cred-watch exec --watch -- terraform apply', 'warn before the expiry'],
      ['cred-watch exec --refresh -- ./server', 'pass an endpoint'],
      [
        'cred-watch exec -j 4h -- docker run -e AWS_ACCESS_KEY_ID \\\n' +
          '-e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN image',
      ],
    ],
  },
  async run(flags: ExecFlags, invocation) {
    const { io, childCommand } = invocation;
    validate(flags, invocation);
    using context = await openStartCheck(flags, io);
    // Not in `env`: programs show its first message as the reason of a failure.
    const start = await findSafeStart(context, flags, io, ['SIMULATED_CREDENTIALS']);
    if (typeof start === 'number') return EXIT.notStarted;
    const { poll, credentials, record } = start;
    if (flags.refresh && context.source.name === 'environment') {
      await printNote(
        io,
        'keys in environment variables cannot be refreshed: the endpoint serves them until they expire',
        'let --refresh read another source, for example --profile or --source imds',
      );
    }
    await using endpoint = flags.refresh ? await startEndpoint(context, poll, flags, io) : null;
    const environment = endpoint?.environment ?? (await copyCredentials(credentials, flags, io));
    const { runChild } = await import('../process/child.ts');
    const run = await withWatch(start, flags, io, () => runChild(childCommand, environment, io));
    const { job } = flags;
    if (job === undefined) return (await run()).exitCode;
    const { findOwnProcessId } = await import('../job-process/process-reader.ts');
    const options = {
      store: context.store,
      clock: io.clock,
      process: await findOwnProcessId(io),
      expiration: credentials.expiration,
      onRecordError: createErrorPrinter(io),
    };
    return (await recordJobRun({ ...options, start: { ...record, job } }, run)).exitCode;
  },
};

function validate(flags: ExecFlags, invocation: Invocation): void {
  const { jobDuration, refresh, job, watch } = flags;
  if (invocation.childCommand.length === 0) {
    throw new CredWatchError(
      'exec needs a command after two dashes',
      `run \`cred-watch exec ${describeDurationFlag(jobDuration)} -- command ...\``,
    );
  }
  if (jobDuration === undefined && !refresh && !watch) {
    const isDuration = job !== undefined && parseDuration(job) !== null;
    throw new CredWatchError(
      'exec needs a job duration',
      isDuration
        ? describeDurationAsName(job)
        : 'add -j 4h; or --watch if the duration is unknown; or --refresh if the command refreshes its credentials',
    );
  }
  validateWatchFlags(flags, invocation);
  if (watch && refresh) {
    throw new CredWatchError(
      '--watch and --refresh cannot be combined',
      'remove --watch: with --refresh, the command gets new credentials before they expire',
    );
  }
  if (job !== undefined && refresh) {
    throw new CredWatchError(
      '--job and --refresh cannot be combined',
      'remove --refresh: --job records how long a copy of the credentials is needed',
    );
  }
}

const describeDurationFlag = (duration: ExecFlags['jobDuration']): string =>
  `-j ${typeof duration === 'number' ? formatFlagDuration(duration) : (duration ?? '4h')}`;

type Run = () => Promise<CommandResult>;

async function withWatch(start: SafeStart, flags: ExecFlags, io: Io, run: Run): Promise<Run> {
  if (!flags.watch) return run;
  const { runWatchedCommand } = await import('../running-job/watch-command.ts');
  return () => runWatchedCommand(start, flags, io, run);
}

type ChildEnvironment = Record<string, string>;

async function copyCredentials(
  credentials: CredentialValues,
  { legacyToken = false, profile }: ExecFlags,
  io: Io,
): Promise<ChildEnvironment> {
  const { buildChildEnvironment } = await import('../../credential-formats/child-environment.ts');
  const region = await readProfileRegion(io, profile);
  return buildChildEnvironment(io.env, credentials, { legacyToken, region });
}

/** Serves current credentials on a loopback endpoint. Close the endpoint after the child has ended. */
async function startEndpoint(
  context: StartCheckContext,
  initialPoll: PolledCredentials,
  { profile }: ExecFlags,
  io: Io,
): Promise<{ environment: ChildEnvironment } & AsyncDisposable> {
  const { buildEndpointEnvironment } = await import('../../credential-formats/child-environment.ts');
  const { CredentialRefresher } = await import('../../watch/refresh/credential-refresher.ts');
  const { createRefreshedRole } = await import('../serving/refreshed-role.ts');
  const { startChildEndpoint } = await import('../../server/serving/child-endpoint.ts');
  // Before the endpoint starts, because an error would leave it open.
  const region = await readProfileRegion(io, profile, 'default');
  const hidden = await hideDefaultProfile(io);
  const onError = createErrorPrinter(io);
  const isNew = createNewTextCheck();
  const refresher = new CredentialRefresher(context, {
    clock: io.clock,
    random: io.random,
    idle: false,
    onPoll({ outcome, isStarting }) {
      if (outcome.ok || isStarting) return;
      const { message, hint } = describeFailure(outcome);
      if (isNew(message)) void printNote(io, `could not refresh the credentials: ${message}`, hint);
    },
    onRecordError: onError,
  });
  const endpoint = await startChildEndpoint({
    role: createRefreshedRole(refresher, io.clock, { name: 'exec', roleName: 'exec' }),
    clock: io.clock,
    onError,
  });
  const rejection = refresher.startWith(initialPoll);
  if (rejection !== null) {
    await endpoint.close();
    const { message, hint } = describeFailure(rejection);
    throw new CredWatchError(message, hint);
  }
  return {
    environment: { ...buildEndpointEnvironment(io.env, endpoint.environment, { region }), ...hidden },
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await refresher.close();
    },
  };
}

/** SDKs prefer credentials of the default profile to any endpoint, so the child must not see them. */
async function hideDefaultProfile(io: Io): Promise<Record<string, string>> {
  const { findCredentialSetting } = await import('../../sources/profile/credentials.ts');
  const profile = await readProfile('default', io);
  const setting = profile === undefined ? null : findCredentialSetting(profile);
  if (setting === null) return {};
  await printNote(
    io,
    `the default profile has ${setting}: the command runs without the AWS config and credentials files`,
  );
  return { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
}
