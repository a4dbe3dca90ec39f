import { devNull } from 'node:os';
import type { Command } from 'commander';
import { CredWatchError } from '../../errors.ts';
import type { JudgedPoll } from '../../watch/judge-now.ts';
import type { CommandResult } from '../../watch/record-job-run.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseNameFlag } from '../flags/flags.ts';
import {
  addGateFlags,
  type Gate,
  type GateFlags,
  judgeAtGate,
  printExpirationWarnings,
  printRefusal,
  toCredentialValues,
  withGate,
} from '../gate/gate.ts';
import { readProfileRegion } from '../gate/profile-region.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

interface ExecFlags extends GateFlags {
  job?: string;
  legacyToken?: boolean;
  refresh?: boolean;
}

export function declareExec(program: Command, run: (flags: ExecFlags) => Promise<void>): void {
  addGateFlags(
    program
      .command('exec')
      .usage('[options] -- <command> [arguments...]')
      .helpGroup('Judge:')
      .description('check, then run a command with the credentials'),
  )
    .option('--job <name>', 'record this run under a name, for `report --job`', parseNameFlag)
    .option('--legacy-token', 'set AWS_SECURITY_TOKEN as well, for programs that know no other')
    .option('--refresh', 'give an endpoint instead of a copy, for programs that fetch credentials again')
    .addHelpText(
      'after',
      `
Exit codes: the command's own · 125 it was not started · 126 it cannot be run ·
127 it was not found · 128+n it was ended by signal n

Examples:
  cred-watch exec -j 4h -- ./load.sh                 it gets a copy
  cred-watch exec -j 4h --wait 90m --job nightly -- ./load.sh
  cred-watch exec --refresh -- ./server              an endpoint, and no copy
  cred-watch exec -j 4h -- docker run -e AWS_ACCESS_KEY_ID \\
    -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN image`,
    )
    .action(run);
}

/** @param command what stands behind `--` */
export async function runExecCommand(flags: ExecFlags, command: readonly string[], io: Io): Promise<number> {
  if (command.length === 0) {
    throw new CredWatchError(
      'exec needs a command, behind two dashes',
      'write `cred-watch exec -j 4h -- command arguments`',
    );
  }
  if (flags.jobDuration === undefined && !flags.refresh) {
    throw new CredWatchError(
      'exec needs the length of the job',
      'say it: -j 4h; or --refresh, for a command that fetches credentials again',
    );
  }
  if (flags.job !== undefined && flags.refresh) {
    throw new CredWatchError(
      '--job records how long a copy had to last, and with --refresh the command has none',
      'leave out one of them',
    );
  }
  return withGate(flags, io, async (gate) => {
    const judged = await judgeAtGate(gate, flags, io);
    await printExpirationWarnings(judged, io);
    if (judged.judgement.verdict !== 'safe') {
      await printRefusal(judged, flags, io);
      return EXIT.notStarted;
    }
    const handed = flags.refresh ? await handEndpoint(gate, judged, io) : await handCopy(judged, flags, io);
    const { runChild } = await import('../process/child.ts');
    const run = () => runChild(command, handed.environment, io);
    try {
      const { exitCode } = await (flags.job === undefined
        ? run()
        : recorded(flags.job, gate, judged, io, run));
      return exitCode;
    } finally {
      await handed.close();
    }
  });
}

/** What the child is given. */
interface ChildCredentials {
  environment: Record<string, string>;
  close: () => Promise<void>;
}

async function handCopy(judged: JudgedPoll, flags: ExecFlags, io: Io): Promise<ChildCredentials> {
  const { buildChildEnvironment } = await import('../../credential-formats/child-environment.ts');
  const credentials = toCredentialValues(judged);
  const environment = buildChildEnvironment(io.env, credentials, {
    legacyToken: flags.legacyToken ?? false,
    region: await readProfileRegion(io),
  });
  return { environment, close: async () => {} };
}

async function handEndpoint(gate: Gate, judged: JudgedPoll, io: Io): Promise<ChildCredentials> {
  const { buildEndpointEnvironment } = await import('../../credential-formats/child-environment.ts');
  const { LatestCredentials } = await import('../../watch/latest-credentials.ts');
  const { startLiveEndpoint } = await import('../../server/live/live-endpoint.ts');
  const { outcome } = judged.recordedPoll;
  const latest = new LatestCredentials(gate, {
    clock: io.clock,
    ...(outcome.ok ? { initialPoll: outcome } : {}),
  });
  const endpoint = await startLiveEndpoint({ getCredentials: latest.getLatest });
  return {
    environment: {
      ...buildEndpointEnvironment(io.env, endpoint.environment, {
        region: await readProfileRegion(io, 'default'),
      }),
      ...(await withoutDefaultProfile(io)),
    },
    close: async () => {
      await endpoint.close();
      await latest.close();
    },
  };
}

/** Of both shared files only an empty one is left, where SDKs would heed their default profile before any endpoint. */
async function withoutDefaultProfile(io: Io): Promise<Record<string, string>> {
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  const { findCredentialSetting } = await import('../../sources/profile/credentials.ts');
  const { profiles } = await readProfileFiles({ env: io.env, home: io.home, profile: 'default' });
  const profile = profiles.get('default');
  const key = profile === undefined ? null : findCredentialSetting(profile);
  if (key === null) return {};
  await printNote(io, `the default profile has ${key}: the command is not shown the files of profiles`);
  return { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
}

async function recorded(
  job: string,
  { store }: Gate,
  judged: JudgedPoll,
  { clock }: Io,
  run: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const { recordJobRun } = await import('../../watch/record-job-run.ts');
  const { identity, judgedAt: startedAt, remaining } = judged.judgement;
  const { expiration } = toCredentialValues(judged);
  const start = { job, identity: identity!, startedAt, remainingAtStart: remaining! };
  return recordJobRun({ store, clock, start, expiration }, run);
}
