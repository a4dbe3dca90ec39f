import { Option } from 'commander';
import { REDSHIFT_CLAUSES, type RedshiftClause } from '../../credential-formats/documents.ts';
import {
  CREDENTIAL_FORMAT_NAMES,
  CREDENTIAL_FORMATS,
  type CredentialFormat,
  findCredentialFormat,
} from '../../credential-formats/formats.ts';
import { CredWatchError } from '../../errors.ts';
import type { CommandDefinition, Invocation } from '../command.ts';
import { EXIT, NOT_SAFE, WAIT_INTERRUPTED } from '../flags/exit-codes.ts';
import { buildChoiceHint } from '../flags/flag-hints.ts';
import { InvalidValueError } from '../flags/invalid-value.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import { suggestJobDuration } from '../start-check/job-duration.ts';
import { findSafeStart, type SafeStart } from '../start-check/safe-start.ts';
import { addStartCheckFlags, openStartCheck, type StartCheckFlags } from '../start-check/start-check.ts';

/** When the job is judged. */
const JUDGE_MODES = ['always', 'once-per-job'] as const;

const NAMES_OF_FORMATS = CREDENTIAL_FORMAT_NAMES.flatMap(({ names }) => names);

interface EnvFlags extends StartCheckFlags {
  judge: (typeof JUDGE_MODES)[number];
  format: CredentialFormat;
  clause: RedshiftClause;
  legacyToken?: boolean;
  tty?: boolean;
}

export const envCommand: CommandDefinition = {
  name: 'env',
  group: 'Judge',
  description: 'check, then print the credentials for another program',
  readsFlagVariables: true,
  declare: (command) =>
    addStartCheckFlags(
      command,
      'with -j auto: the job whose recorded runs give the duration; with --judge once-per-job: the job whose run is judged once',
    )
      .addOption(
        new Option('-f, --format <format>', 'output format')
          .choices(NAMES_OF_FORMATS)
          .argParser(parseCredentialFormat)
          .makeOptionMandatory(),
      )
      .addOption(
        new Option(
          '--clause <clause>',
          'with -f redshift-copy: ACCESS_KEY_ID and other parameters, or one CREDENTIALS string',
        )
          .choices(REDSHIFT_CLAUSES)
          .default('parameters'),
      )
      .addOption(
        new Option('--judge <when>', 'with -f process: judge every call, or only the first call of each job')
          .choices(JUDGE_MODES)
          .default('always'),
      )
      .option('--legacy-token', 'also print AWS_SECURITY_TOKEN, for programs that read only this variable')
      .option('--tty', 'print secrets even to a terminal'),
  help: {
    commonFlags: ['--job-duration', '--format', '--margin', '--wait', '--source', '--profile'],
    notes: [
      {
        heading: 'Formats',
        rows: CREDENTIAL_FORMAT_NAMES.map(({ format, names }) => [
          names.join(', '),
          CREDENTIAL_FORMATS[format].description,
        ]),
      },
      'If a start is not safe, env prints nothing and fails. `|| exit 1` ends a script then, and in a terminal, ' +
        '`&& eval "$c"` keeps the shell. eval "$(...)" would ignore the failure.',
      'As a credential_process of a profile, env refuses credentials that end before the job. SDKs call it again ' +
        'near the expiry. --judge once-per-job then passes new credentials without a new judgement. The job is the ' +
        'process that calls env, for at most twice -j. With --job NAME, the job is the run that `exec --job NAME` records.',
      {
        heading: 'In a profile of ~/.aws/config',
        verbatim: ['credential_process = cred-watch env -j 4h --source imds -f process'],
      },
    ],
    exitCodes: [['0', 'printed'], ...NOT_SAFE, WAIT_INTERRUPTED],
    examples: [
      ['c=$(cred-watch env -j 4h -f env) || exit 1; eval "$c"', 'in a script'],
      ['c=$(cred-watch env -j 4h -f env) && eval "$c"', 'in a terminal'],
      [
        '(umask 077; cred-watch env -j 1h -f docker > job.env) &&\ndocker run --env-file job.env image; rm -f job.env',
      ],
      [
        'clause=$(cred-watch env -j 4h -f redshift-copy) || exit 1\n' +
          `echo "COPY t FROM 's3://b/k' $clause CSV" | psql`,
      ],
    ],
  },
  async run(flags: EnvFlags, invocation) {
    const { io } = invocation;
    validate(flags, io);
    if (flags.judge === 'once-per-job') return passOncePerJob(flags, invocation);
    using context = await openStartCheck(flags, io);
    const start = await findSafeStart(context, flags, io);
    if (typeof start === 'number') return start;
    await pass(start, flags, io);
    return EXIT.ok;
  },
};

function parseCredentialFormat(text: string): CredentialFormat {
  const format = findCredentialFormat(text);
  if (format !== null) return format;
  throw new InvalidValueError('is unknown', buildChoiceHint(text, NAMES_OF_FORMATS));
}

/** Judges only the first call of a job that gets credentials. */
async function passOncePerJob(flags: EnvFlags, { io, ownArguments }: Invocation): Promise<number> {
  const { identifyCaller, openJudgeOnce, printJudgedOnceNote } = await import(
    '../start-check/once-per-job.ts'
  );
  const caller = await identifyCaller(flags, ownArguments, io);
  using context = await openStartCheck(flags, io);
  const once = openJudgeOnce(context, caller, ownArguments, io);
  const start = await findSafeStart({ ...context, chooseJob: once.chooseJob }, flags, io);
  if (typeof start !== 'number') {
    await pass(start, flags, io);
    once.recordSafeStart();
  }
  await printJudgedOnceNote(once, io);
  return typeof start === 'number' ? start : EXIT.ok;
}

/** @throws CredWatchError if nothing may be printed */
async function pass({ credentials }: SafeStart, flags: EnvFlags, io: Io): Promise<void> {
  assertOutput(flags, io);
  await printProfileNote(flags, io);
  const { format, clause, legacyToken = false } = flags;
  await io.stdout.write(CREDENTIAL_FORMATS[format].write(credentials, { legacyToken, clause }));
}

function validate(flags: EnvFlags, io: Io): void {
  const { jobDuration, job, judge, format } = flags;
  if (jobDuration === undefined) {
    throw new CredWatchError(
      'env needs the duration of the job that will use the credentials',
      suggestJobDuration('env', flags, '4h', io.env, ` -f ${format}`),
    );
  }
  if (job !== undefined && judge !== 'once-per-job' && jobDuration !== 'auto') {
    throw new CredWatchError(
      '--job needs -j auto or --judge once-per-job',
      'add --judge once-per-job to judge only once for each run of the job, or remove --job',
    );
  }
  if (judge === 'once-per-job' && format !== 'process') {
    throw new CredWatchError(
      '--judge once-per-job needs -f process',
      'remove --judge: the other formats pass a copy, which has to last for the whole job',
    );
  }
}

/** Checked after the start was judged, because a user runs the command in a terminal to see why it fails. */
function assertOutput({ tty, format }: EnvFlags, io: Io): void {
  if (!io.stdout.isTerminal || tty) return;
  throw new CredWatchError(
    'refusing to print secrets to a terminal; a start is safe',
    `${CREDENTIAL_FORMATS[format].usage}; or add --tty`,
  );
}

/** A shell that evaluates the output has the environment that this process inherited. */
async function printProfileNote({ format }: EnvFlags, io: Io): Promise<void> {
  if ((io.env.AWS_PROFILE ?? '') === '' || !CREDENTIAL_FORMATS[format].isForCurrentShell) return;
  await printNote(
    io,
    'AWS_PROFILE is set: the JavaScript SDK reads the profile before these variables',
    'unset AWS_PROFILE in that shell, or use `cred-watch exec`',
  );
}
