import type {
  DatabaseProblem,
  InstallationCheck,
  InstallationCheckCode,
} from '../../../domain/installation/check/installation-check.ts';
import type { Poller } from '../../../domain/installation/check/poller.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { quoteForShell } from '../../../untrusted-text.ts';
import { joinWords } from '../../text/format-values.ts';
import { describeFailure, RAISE_HOP_LIMIT } from '../failures/describe-failure.ts';
import { adviseSameSource } from '../failures/same-source.ts';
import { describePollNote } from '../poll-notes.ts';
import { CORRECT_CLOCK_HINT } from '../start-check/host-clock.ts';
import { describeBasis, describeMissedRotations } from './attentions.ts';
import { correctHopelessFix, isPollHopeless, OTHER_KEYS_FIRST } from './hopeless-poll.ts';
import { type CheckContext, describeLastPoll, nameSource } from './last-poll.ts';
import {
  type CheckText,
  describePlace,
  describePollerProblem,
  describePolling,
  START_CRON,
} from './pollers.ts';

type Describe<C extends InstallationCheckCode> = (
  check: Extract<InstallationCheck, { code: C }>,
  context: CheckContext,
) => CheckText;

const ok = (message: string): CheckText => ({ message, fix: null });

const DESCRIPTIONS: { [C in InstallationCheckCode]: Describe<C> } = {
  NO_POLLER: ({ state, otherDatabase }, context) => {
    const { database, installCommand } = context;
    const isHopeless = isPollHopeless(context);
    const install = isHopeless ? OTHER_KEYS_FIRST : `run \`${installCommand}\``;
    if (state === 'unknown') {
      return {
        message: `no poller was found that certainly polls into ${database}`,
        fix: isHopeless ? install : `if you installed none, ${install}`,
      };
    }
    return otherDatabase === null
      ? { message: `nothing polls into ${database}`, fix: install }
      : {
          message: `nothing polls into ${database}, but a poller uses ${otherDatabase}`,
          fix: `check that database: \`${formatCheckCommand(otherDatabase)}\`; ${isHopeless ? install : `to poll into this one, ${install}`}`,
        };
  },
  OTHER_POLLER: ({ place, intervalSeconds, problem, database }, { installCommand }) => {
    const { message } =
      problem === null
        ? ok(describePolling(place, intervalSeconds))
        : describePollerProblem(describePlace(place), problem, installCommand);
    return {
      message: `another database, ${database}: ${message}`,
      fix: `check it: \`${formatCheckCommand(database)}\``,
    };
  },
  POLLER: ({ state, place, intervalSeconds, problem }, { database, installCommand }) => {
    if (problem !== null) return describePollerProblem(describePlace(place), problem, installCommand);
    const polling = describePolling(place, intervalSeconds);
    if (state === 'ok') return ok(polling);
    return {
      message: `${polling}, but the database into which it polls is unknown`,
      fix: `run the check as the user of the poller, or give the poller \`--db ${quoteForShell(database)}\``,
    };
  },
  POLL_INTERVAL: ({ intervalSeconds, pollEverySeconds, basis }, { intervalCommand }) => ({
    message: `${describeMissedRotations(intervalSeconds)}: ${describeBasis(basis)}`,
    fix:
      intervalCommand === null
        ? `poll every ${duration(pollEverySeconds)}`
        : `poll every ${duration(pollEverySeconds)} instead: \`${intervalCommand}\``,
  }),
  LAST_POLL: describeLastPoll,
  DATABASE: ({ path, problem, error, mayBeRoots }, { user }) => {
    if (problem === null) return ok(`the database ${path} can be written`);
    if (error !== null) return { message: error.message, fix: error.hint };
    if (mayBeRoots && problem === 'missing') {
      return {
        message: DATABASES.missing(path),
        fix: 'root may have polled: run `sudo cred-watch init --check`',
      };
    }
    return { message: DATABASES[problem](path), fix: DATABASE_FIXES[problem](path, user) };
  },
  DATABASE_ACCESS: ({ readable, writable, folders }) => {
    const files = [...new Set([...readable, ...writable])];
    if (files.length > 0) {
      const verbs = [...(readable.length > 0 ? ['read'] : []), ...(writable.length > 0 ? ['write'] : [])];
      return {
        message: `other users can ${joinWords(verbs)} ${files.join(', ')}`,
        fix: `run \`chmod 600 ${files.map(quoteForShell).join(' ')}\` as their owner`,
      };
    }
    return folders.length === 0
      ? ok('other users can neither read nor change the database')
      : {
          message: `other users can replace the database, because they can write the folder ${folders.join(', ')}`,
          fix: `run \`chmod go-w ${folders.map(quoteForShell).join(' ')}\``,
        };
  },
  CLOCK: ({ offsetSeconds, state }) => {
    if (offsetSeconds === null) {
      return {
        message: 'the clock could not be compared with the clock of AWS: no response had a Date header',
        fix: null,
      };
    }
    if (state === 'ok')
      return ok(
        `the clock of this host is correct to within ${duration(Math.max(1, Math.abs(offsetSeconds)))}`,
      );
    return {
      message: `the clock of this host is ${duration(Math.abs(offsetSeconds))} ${offsetSeconds > 0 ? 'ahead of' : 'behind'} the clock of AWS`,
      fix: `${CORRECT_CLOCK_HINT}: \`timedatectl set-ntp true\` starts the time service of systemd`,
    };
  },
  NODE: ({ path, version, state, minVersion }) => {
    if (state === 'ok') return ok(`Node ${version} (${path}) is supported`);
    return {
      message: version === null ? `${path} does not run` : `Node ${version} at ${path} is too old`,
      fix: `install Node ${minVersion} or later, then run \`cred-watch init --write\``,
    };
  },
  ADDON: ({ error }) =>
    error === null
      ? ok('the SQLite addon can be loaded')
      : { message: error.message, fix: error.hint ?? 'see docs/install.md' },
  CREDENTIALS: ({ failure, error }, { hasWorked }) => {
    if (error !== null) return { message: error.message, fix: error.hint };
    if (failure === null) return ok('the source has credentials');
    const { message, hint } = describeFailure(failure);
    return { message: `a poll fails: ${message}`, fix: (hasWorked && adviseSameSource(failure)) || hint };
  },
  OTHER_CREDENTIALS: ({ note }) => ({
    message: `with the variables of this shell, SDKs do not use the polled source: ${describePollNote(note)}`,
    fix: 'run `cred-watch sources`, which shows the credentials that SDKs use',
  }),
  ASSUMED_SOURCE: ({ source, otherSource }) => ({
    message:
      `this check polls ${nameSource(source)}, because SDKs in this shell use these credentials, ` +
      'but `cred-watch poll` without --source polls IMDS or a container',
    fix: `to check polls of ${otherSource}, run \`cred-watch init --check --source ${otherSource}\``,
  }),
  HOP_LIMIT: ({ isBlocked }) => {
    if (isBlocked === null) return ok('the hop limit could not be checked, because the poll failed');
    return isBlocked
      ? { message: 'the response to the IMDSv2 token request does not arrive', fix: RAISE_HOP_LIMIT }
      : ok('the hop limit of IMDS is high enough');
  },
  IMDS_V1: () => ({
    message: 'IMDS is used without a token (IMDSv1)',
    fix: 'require IMDSv2: `aws ec2 modify-instance-metadata-options --http-tokens required`',
  }),
};

const formatCheckCommand = (database: string): string =>
  `cred-watch init --check --db ${quoteForShell(database)}`;

const DATABASES: Readonly<Record<DatabaseProblem, (path: string) => string>> = {
  missing: (path) => `the database ${path} does not exist`,
  empty: (path) => `the database ${path} is empty (0 bytes)`,
  'read-only': (path) => `this user cannot write ${path} or its folder`,
  unreadable: (path) => `the database ${path} cannot be read`,
};

const DATABASE_FIXES: Readonly<Record<DatabaseProblem, (path: string, user: string) => string>> = {
  missing: () => 'run `cred-watch init`, which creates it',
  empty: () => 'run `cred-watch poll`, which creates the tables',
  'read-only': (path, user) =>
    `run \`sudo chown ${quoteForShell(user)} ${quoteForShell(path)}\`, or poll as its owner`,
  unreadable: (path) => `check the permissions: \`ls -l ${quoteForShell(path)}\``,
};

/** Instead of a schedule. */
export const describeExistingPoller = ({
  place,
  interval,
  problem,
}: Pick<Poller, 'place' | 'interval' | 'problem'>): string =>
  problem?.code === 'cron-not-running'
    ? `${describePlace(place)} has a line for this poll already, but the cron daemon is not running. Start it with ${START_CRON}, or delete the line and run \`cred-watch init\` again.`
    : `${describePolling(place, interval)} already, so nothing has to be installed. \`cred-watch init --check\` diagnoses it, and --every shows a schedule with another interval.`;

/** The sentence of a check, and what to do. */
export function describeInstallationCheck<C extends InstallationCheckCode>(
  check: Extract<InstallationCheck, { code: C }>,
  context: CheckContext,
): CheckText {
  const describe = DESCRIPTIONS[check.code] as Describe<C>;
  return correctHopelessFix(check, describe(check, context), context);
}
