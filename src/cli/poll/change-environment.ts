import { KEY_VARIABLES } from '../../credential-formats/child-environment.ts';
import type { PollChange } from '../../domain/changes/poll-changes.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { type ChangeJobs, describePollChange, listJobs } from '../../report/messages/polling/poll-changes.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';

/** What the command learns about one poll. */
export interface ChangeFacts {
  change: PollChange;
  /** The time of the poll, by the host's clock. */
  at: Instant;
  /** Of the newest sample. Null without a sample. */
  expiration: Instant | null;
  /** Until the expiration, by the later of both clocks. */
  timeLeft: Seconds | null;
  jobs: ChangeJobs;
}

/**
 * Variables with keys, tokens and passwords that `poll` may have read. A key id without its secret key makes SDKs fail.
 * URLs and names of files stay, so that the command can get credentials of its own.
 */
const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  ...KEY_VARIABLES,
  'SECRET_ACCESS_KEY',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'CRED_WATCH_PROMETHEUS_TOKEN',
  'CRED_WATCH_PROMETHEUS_PASSWORD',
  'PGPASSWORD',
]);

/** The environment of the command of `--on-change`. `docs/samples.md` documents the variables. */
export function buildChangeEnvironment(
  { change, at, expiration, timeLeft, jobs }: ChangeFacts,
  parent: Environment,
): Record<string, string> {
  const { kinds, before, after } = change;
  const inherited = Object.entries(parent).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !SECRET_VARIABLES.has(entry[0]),
  );
  const facts: Record<string, string> = {
    CRED_WATCH_CHANGES: kinds.join(','),
    CRED_WATCH_CHANGE_MESSAGE: describePollChange(change, { jobs, timeLeft }),
    CRED_WATCH_CHANGE_JOB: listJobs(jobs).join(', '),
    CRED_WATCH_CHANGE_AT: formatInstant(at),
    CRED_WATCH_CHANGE_HOST: after.host,
    CRED_WATCH_CHANGE_SOURCE: after.source,
    CRED_WATCH_OLD_VERDICT: before.verdict ?? '',
    CRED_WATCH_NEW_VERDICT: after.verdict ?? '',
    CRED_WATCH_OLD_ROLE: before.role ?? '',
    CRED_WATCH_NEW_ROLE: after.role ?? '',
    CRED_WATCH_OLD_RESULT: before.result ?? '',
    CRED_WATCH_NEW_RESULT: after.result,
    CRED_WATCH_EXPIRATION: expiration === null ? '' : formatInstant(expiration),
  };
  // Names can contain any character, and an environment cannot contain NUL.
  const escaped = Object.entries(facts).map(([name, value]) => [name, escapeUnprintable(value)]);
  return { ...Object.fromEntries(inherited), ...Object.fromEntries(escaped) };
}
