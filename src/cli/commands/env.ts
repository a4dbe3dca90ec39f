import { type Command, Option } from 'commander';
import { REDSHIFT_CLAUSES, type RedshiftClause } from '../../credential-formats/documents.ts';
import { CREDENTIAL_FORMATS, type CredentialFormat } from '../../credential-formats/formats.ts';
import { CredWatchError } from '../../errors.ts';
import { EXIT, signalExitCode, toExitCode } from '../flags/exit-codes.ts';
import { createExitCodesFlag } from '../flags/flags.ts';
import {
  addGateFlags,
  type GateFlags,
  judgeAtGate,
  printExpirationWarnings,
  printRefusal,
  toCredentialValues,
  withGate,
} from '../gate/gate.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

interface EnvFlags extends GateFlags {
  format: CredentialFormat;
  clause: RedshiftClause;
  legacyToken?: boolean;
  tty?: boolean;
}

export function declareEnv(program: Command, run: (flags: EnvFlags) => Promise<void>): void {
  addGateFlags(
    program
      .command('env')
      .helpGroup('Judge:')
      .description('check, then print the credentials for another program'),
  )
    .addOption(
      new Option('-f, --format <format>', 'for whom')
        .choices(Object.keys(CREDENTIAL_FORMATS))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--clause <clause>', 'of redshift-copy: ACCESS_KEY_ID and so on, or one CREDENTIALS string')
        .choices(REDSHIFT_CLAUSES)
        .default('parameters'),
    )
    .option('--legacy-token', 'print AWS_SECURITY_TOKEN as well, for programs that know no other')
    .option('--tty', 'print secrets even onto a terminal')
    .addOption(createExitCodesFlag())
    .addHelpText(
      'after',
      `
A refusal prints nothing, and ends the && of the first example; in eval "$(…)"
it would be lost.

Exit codes: 0 printed · 1 not safe · 3 unknown · 2 wrong usage

Examples:
  c=$(cred-watch env -j 4h -f env) && eval "$c"
  (umask 077; cred-watch env -j 1h -f docker > job.env) &&
    docker run --env-file job.env image
  clause=$(cred-watch env -j 4h -f redshift-copy) &&
    echo "COPY t FROM 's3://b/k' $clause CSV" | psql`,
    )
    .action(run);
}

export async function runEnvCommand(flags: EnvFlags, io: Io): Promise<number> {
  if (flags.jobDuration === undefined) {
    throw new CredWatchError(
      'env needs the length of the job that will use the credentials',
      'say it: `cred-watch env -j 4h -f env`',
    );
  }
  if (io.stdout.isTerminal && !flags.tty) {
    throw new CredWatchError(
      'standard output is a terminal, and secrets stay on it for all to see',
      'take them into a variable: c=$(cred-watch env …) && eval "$c"; or add --tty',
    );
  }
  return withGate(flags, io, async (gate) => {
    const judged = await judgeAtGate(gate, flags, io);
    await printExpirationWarnings(judged, io);
    const { verdict } = judged.judgement;
    if (verdict !== 'safe') {
      await printRefusal(judged, flags, io);
      return judged.interruptedBy === null ? toExitCode(verdict) : signalExitCode(judged.interruptedBy);
    }
    await sayProfileStays(flags, io);
    const { clause, legacyToken = false } = flags;
    await io.stdout.write(
      CREDENTIAL_FORMATS[flags.format].write(toCredentialValues(judged), { legacyToken, clause }),
    );
    return EXIT.ok;
  });
}

async function sayProfileStays({ format }: EnvFlags, io: Io): Promise<void> {
  if ((io.env.AWS_PROFILE ?? '') === '' || !CREDENTIAL_FORMATS[format].isForCurrentShell) return;
  await printNote(
    io,
    'AWS_PROFILE is set: the JavaScript SDK heeds it before these variables',
    'unset it in that shell, or use `cred-watch exec`',
  );
}
