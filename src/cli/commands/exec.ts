import { devNull } from 'node:os';
import { CredWatchError } from '../../errors.ts';
import type { JudgedPoll } from '../../watch/judge-now.ts';
import type { CommandResult } from '../../watch/record-job-run.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseNameFlag } from '../flags/value-parsers.ts';
import { addHelp } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { addStartCheckFlags, type StartCheckFlags } from '../start-check/flags.ts';
import { EXPIRATION_NOTES, printPollNotes, printRefusal } from '../start-check/messages.ts';
import { readProfileRegion } from '../start-check/profile-region.ts';
import {
  checkStart,
  findSafeStart,
  type SafeStart,
  type StartCheckContext,
  withStartCheck,
} from '../start-check/start-check.ts';

interface ExecFlags extends StartCheckFlags {
  job?: string;
  legacyToken?: boolean;
  refresh?: boolean;
}

export const execCommand: CommandDefinition = {
  name: 'exec',
  startsProgram: true,
  declare(program, perform) {
    const command = addStartCheckFlags(
      program
        .command('exec')
        .usage('[options] -- <command> [arguments...]')
        .helpGroup('Judge:')
        .description('check, then run a command with the credentials'),
    )
      .option('--job <name>', 'record this run under a job name, for `report --job`', parseNameFlag)
      .option('--legacy-token', 'also set AWS_SECURITY_TOKEN, for programs that read only this variable')
      .option('--refresh', 'pass an endpoint instead of a copy, for programs that refresh credentials')
      .action((flags: ExecFlags) => perform(({ io, childCommand }) => runExec(flags, childCommand, io)));
    addHelp(command, () => ({
      exitCodes: [
        ['n', 'the command ended with exit code n'],
        ['125', 'the command was not started: wrong usage, not safe, or unknown'],
        ['126', 'the command is not executable'],
        ['127', 'the command was not found'],
        ['128+n', 'signal n ended the command'],
      ],
      examples: [
        ['cred-watch exec -j 4h -- ./load.sh', 'pass a copy of the credentials'],
        ['cred-watch exec -j 4h --wait 90m --job nightly -- ./load.sh', ''],
        ['cred-watch exec --refresh -- ./server', 'pass an endpoint, no copy'],
        [
          'cred-watch exec -j 4h -- docker run -e AWS_ACCESS_KEY_ID \\\n' +
            '-e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN image',
          '',
        ],
      ],
    }));
  },
};

async function runExec(flags: ExecFlags, command: readonly string[], io: Io): Promise<number> {
  validate(flags, command);
  return withStartCheck(flags, io, async (context) => {
    const check = await checkStart(context, flags, io);
    await printPollNotes(check, io, EXPIRATION_NOTES);
    const safeStart = findSafeStart(check);
    if (safeStart === null) {
      await printRefusal(check, flags, io);
      return EXIT.notStarted;
    }
    const child = flags.refresh
      ? await serveToChild(context, check, io)
      : await copyToChild(safeStart, flags, io);
    const { runChild } = await import('../process/child.ts');
    const run = () => runChild(command, child.environment, io);
    try {
      const { exitCode } = await (flags.job === undefined
        ? run()
        : recordRun(flags.job, context, safeStart, io, run));
      return exitCode;
    } finally {
      await child.close();
    }
  });
}

function validate({ jobDuration, refresh, job }: ExecFlags, command: readonly string[]): void {
  if (command.length === 0) {
    throw new CredWatchError(
      'exec needs a command after two dashes',
      'run `cred-watch exec -j 4h -- command arguments`',
    );
  }
  if (jobDuration === undefined && !refresh) {
    throw new CredWatchError(
      'exec needs a job duration',
      'add -j 4h; or add --refresh if the command refreshes its credentials',
    );
  }
  if (job !== undefined && refresh) {
    throw new CredWatchError(
      '--job and --refresh exclude each other',
      'remove --refresh: --job records how long a copy of the credentials is needed',
    );
  }
}

interface ChildCredentials {
  /** The whole environment of the child. */
  environment: Record<string, string>;
  /** Call after the child has ended. */
  close: () => Promise<void>;
}

async function copyToChild(
  { credentials }: SafeStart,
  { legacyToken = false }: ExecFlags,
  io: Io,
): Promise<ChildCredentials> {
  const { buildChildEnvironment } = await import('../../credential-formats/child-environment.ts');
  const region = await readProfileRegion(io);
  const environment = buildChildEnvironment(io.env, credentials, { legacyToken, region });
  return { environment, close: async () => {} };
}

/** Serves current credentials on a loopback endpoint while the child runs. */
async function serveToChild(
  context: StartCheckContext,
  { recordedPoll: { outcome } }: JudgedPoll,
  io: Io,
): Promise<ChildCredentials> {
  const { buildEndpointEnvironment } = await import('../../credential-formats/child-environment.ts');
  const { LatestCredentials } = await import('../../watch/latest-credentials.ts');
  const { startLiveEndpoint } = await import('../../server/live/live-endpoint.ts');
  const latest = new LatestCredentials(context, {
    clock: io.clock,
    ...(outcome.ok ? { initialPoll: outcome } : {}),
  });
  const endpoint = await startLiveEndpoint({ getCredentials: latest.getLatest });
  const region = await readProfileRegion(io, 'default');
  return {
    environment: {
      ...buildEndpointEnvironment(io.env, endpoint.environment, { region }),
      ...(await hideDefaultProfile(io)),
    },
    close: async () => {
      await endpoint.close();
      await latest.close();
    },
  };
}

/** SDKs prefer credentials of the default profile to any endpoint, so the child must not see them. */
async function hideDefaultProfile(io: Io): Promise<Record<string, string>> {
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  const { findCredentialSetting } = await import('../../sources/profile/credentials.ts');
  const { profiles } = await readProfileFiles({ env: io.env, home: io.home, profile: 'default' });
  const profile = profiles.get('default');
  const setting = profile === undefined ? null : findCredentialSetting(profile);
  if (setting === null) return {};
  await printNote(
    io,
    `the default profile has ${setting}: the command runs without the AWS config and credentials files`,
  );
  return { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
}

async function recordRun(
  job: string,
  { store }: StartCheckContext,
  { credentials, start }: SafeStart,
  { clock }: Io,
  run: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const { recordJobRun } = await import('../../watch/record-job-run.ts');
  return recordJobRun({ store, clock, start: { job, ...start }, expiration: credentials.expiration }, run);
}
