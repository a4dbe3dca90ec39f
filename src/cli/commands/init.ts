import { Option } from 'commander';
import { SCHEDULE_KINDS } from '../../domain/installation/schedule.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { ignoreVariable } from '../flags/environment/flag-variables.ts';
import { WRONG_USAGE } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createFormatFlag } from '../flags/shared-flags.ts';
import { addSourceFlags } from '../flags/source-flags.ts';
import { parsePositiveDuration } from '../flags/value-parsers.ts';
import type { InitFlags } from '../init/init-flags.ts';
import { isAutoDuration } from '../start-check/job-duration.ts';

const REMOVE_FLAGS: ReadonlySet<string> = new Set(['--remove', '--yes', '--dry-run', '--db', '--format']);

export const initCommand: CommandDefinition = {
  name: 'init',
  group: 'Start',
  summary: 'take a first sample, and show how to keep sampling',
  description:
    'find the credentials, take a sample, and show or install a cron line or a unit that keeps sampling',
  readsFlagVariables: true,
  declare(command) {
    command
      .option('--write', 'install the cron line or the systemd units; asks before')
      .option('--remove', 'remove the cron line or the units that --write installed; asks before')
      .option('--yes', 'with --write or --remove: do not ask')
      .option('--dry-run', 'with --remove: only print what would be removed')
      .option('--check', 'check an installation, and show a fix for each problem; changes nothing')
      .addOption(
        new Option('--schedule <kind>', 'how to keep sampling')
          .choices(SCHEDULE_KINDS)
          .default(undefined, 'the usual way on this machine'),
      )
      .addOption(
        new Option('--every <duration>', 'time between polls')
          .argParser(parsePositiveDuration)
          .default(undefined, '5m, or less if the credentials change often'),
      );
    ignoreVariable(command, '--job-duration', isAutoDuration);
    command.option(
      '-j, --job-duration <duration>',
      'duration of your job, for the `report` command that init prints',
      parsePositiveDuration,
    );
    addSourceFlags(command, 'the one that SDKs would use for a job')
      .addOption(createDatabaseFlag())
      .addOption(createFormatFlag());
  },
  help: {
    commonFlags: [
      '--write',
      '--remove',
      '--yes',
      '--check',
      '--schedule',
      '--every',
      '--job-duration',
      '--source',
      '--profile',
      '--db',
    ],
    notes: [
      'The line or the units contain absolute paths of Node, of cred-watch and of the database, the flags of the source, ' +
        'and the variables that the source reads. They contain no secrets.',
      '--remove removes the lines and units of this user that `init` wrote, as long as they were not edited, and names ' +
        'what stays. With --db, only those that poll into this database. The samples stay in the database.',
      'root gets units of the system if systemd runs here. Other users get a line of their crontab, or units of ' +
        'their own. A task of ECS or a pod needs a sidecar, and any other container runs `poll --interval`.',
    ],
    exitCodes: [
      [
        '0',
        'credentials found; with --check: no problem found; with --remove: removed, or nothing was installed',
      ],
      [
        '1',
        'no valid credentials found; with --check: a problem found; with --remove: an edited line or unit stays',
      ],
      WRONG_USAGE,
      ['3', 'with --check: unknown whether anything keeps sampling'],
    ],
    examples: [
      ['cred-watch init', 'take a sample, show what is next'],
      ['cred-watch init --write', 'also install it'],
      ['cred-watch init --write --yes --every 1m', 'in a script'],
      ['cred-watch init --check', 'is the installation still working?'],
      ['cred-watch init --remove', 'stop the polls that init installed'],
      ['cred-watch init --profile loader --schedule cron'],
    ],
  },
  async run(flags: InitFlags, invocation) {
    validate(flags, invocation);
    if (flags.check) {
      const { runCheck } = await import('../init/check/run-check.ts');
      return runCheck(flags, invocation.io);
    }
    if (flags.remove) {
      const { runRemove } = await import('../init/remove/run-remove.ts');
      return runRemove(flags, invocation.io);
    }
    const { runInit } = await import('../init/run-init.ts');
    return runInit(flags, invocation);
  },
};

function validate(flags: InitFlags, invocation: Invocation): void {
  const reject = (other: string, flags: readonly string[], hint: string) =>
    rejectFlags(invocation, flags, `and ${other} cannot be combined`, hint);
  if (flags.remove) {
    reject(
      '--remove',
      ['--write'],
      'remove first: `cred-watch init --remove`, then `cred-watch init --write`',
    );
    reject('--remove', ['--check'], 'remove one of the flags');
    const others = invocation.command.options
      .flatMap(({ long }) => long ?? [])
      .filter((flag) => !REMOVE_FLAGS.has(flag));
    const hint =
      'remove the flag: --remove finds everything that `init` wrote, and --db FILE selects by database';
    reject('--remove', others, hint);
    return;
  }
  rejectFlags(
    invocation,
    ['--dry-run'],
    'needs --remove',
    'run `cred-watch init` without --write, which installs nothing',
  );
  if (flags.check) {
    const hint = 'run `cred-watch init --write` first, then `cred-watch init --check`';
    reject('--check', ['--write', '--yes'], hint);
    reject('--check', ['--schedule'], 'remove --schedule: the check finds every schedule');
  }
  if (!flags.write)
    rejectFlags(invocation, ['--yes'], 'needs --write or --remove', 'add one of them, or remove --yes');
}
