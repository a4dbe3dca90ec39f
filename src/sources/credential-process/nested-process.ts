import { digest } from '../../digest.ts';
import type { Environment } from '../environment/variables.ts';
import { PollError } from '../poll-error.ts';
import { findShellSyntax } from '../profile/shell-syntax.ts';

/** Hashes of the commands in which this process runs, separated by spaces. */
const VARIABLE = 'CRED_WATCH_PROCESSES';

const STARTS_ITSELF = { misconfiguration: { code: 'PROCESS_STARTS_ITSELF' } } as const;

/**
 * The environment for a `credential_process`. The process of a profile can be cred-watch, and would read the same
 * profile and start itself without end.
 * @throws PollError if the command is running already
 */
export async function enterProcess(command: string, env: Environment): Promise<Environment> {
  const id = digest(command, 16);
  const running = env[VARIABLE]?.split(' ') ?? [];
  if (running.includes(id)) {
    throw new PollError('invalid-configuration', 'the credential_process starts itself again', STARTS_ITSELF);
  }
  return { ...env, [VARIABLE]: [...running, id].join(' ') };
}

const CRED_WATCH = /(?:^|[\s/\\])cred-watch(?:\.js)?\s/;

/** A role that the flags name is assumed with the credentials of the job, unless a profile is named too. */
const selectsSource = (command: string): boolean =>
  /\s--(?:profile|process)\b/.test(command) ||
  (/\s--source[\s=]+(?!auto\b)/.test(command) && !/\s--role-arn\b/.test(command)) ||
  /\s--source[\s=]+(?:web-identity|github)\b/.test(command);

/**
 * Whether the command runs only cred-watch, whose messages contain no secrets. `env` can precede it, as SDKs need.
 */
export const isCredWatch = (command: string): boolean =>
  findShellSyntax(command) === null &&
  /^(?:\S*\/env(?:\s+-u\s+\w+)*\s+)?(?:\S*\/)?(?:node\s+\S*\/)?cred-watch(?:\.js)?\s/.test(
    command.trimStart(),
  );

/** Explains the failure of a process that is cred-watch without a selected source. */
export function explainNestedFailure(command: string, error: unknown): unknown {
  if (!(error instanceof PollError) || error.reason !== 'process-failed') return error;
  if (!CRED_WATCH.test(command) || selectsSource(command)) return error;
  return new PollError(error.reason, error.detail, { ...error, ...STARTS_ITSELF });
}
