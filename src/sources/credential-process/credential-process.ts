import { findUnusualForm, readExpirations } from '../document/expirations.ts';
import { parseJsonObject, readText, readValue } from '../document/json-object.ts';
import { createKeysDocument, type UnvalidatedKeys } from '../document/unvalidated-keys.ts';
import type { FoundDocument, OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { findShellSyntax } from '../profile/shell-syntax.ts';
import type { SourceOptions } from '../source.ts';
import { enterProcess, explainNestedFailure, isCredWatch } from './nested-process.ts';
import { createOutputError } from './output-error.ts';
import { parseProgramName } from './program-name.ts';
import { runCommand } from './run-command.ts';

/**
 * Longer than for endpoints, because a process may have to sign in. Go has the same limit (`processcreds`). Rust has
 * 5 seconds for the whole chain (`DEFAULT_LOAD_TIMEOUT`). The other SDKs have no limit.
 */
export const PROCESS_TIMEOUT_MS = 60_000;

export const withProcessTimeout = (options: SourceOptions): SourceOptions => ({
  ...options,
  limits: { pollMs: PROCESS_TIMEOUT_MS, ...options.limits },
});

/** The keys that a `credential_process` prints. @throws PollError if it fails, or if they have no expiration */
export const runCredentialProcess = async (poll: OngoingPoll, command: string): Promise<FoundDocument> =>
  createKeysDocument(await readProcessKeys(poll, command), poll);

/**
 * Runs a `credential_process` and parses its output.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export async function readProcessKeys(poll: OngoingPoll, command: string): Promise<UnvalidatedKeys> {
  poll.options.beforeRequest?.();
  const env = await enterProcess(command, poll.options.env);
  const readsErrors = isCredWatch(command);
  const output = await runCommand(command, env, poll.signal, { readsErrors }).catch((error: unknown) => {
    throw nameProgram(command, explainNestedFailure(command, error));
  });
  if (output.trim() === '') throw new PollError('malformed', 'the process printed nothing');
  const object = parseJsonObject(output);
  if (object === null || readValue(object, 'Version') !== 1) throw createOutputError(output, object);
  const read = (name: string) => ({ name, value: readText(object, name) });
  const form = findUnusualForm(object.Expiration, poll.options.clock.now());
  if (form !== null) poll.notes.add({ code: 'EXPIRATION_ONLY_SOME_SDKS', name: 'Expiration', form });
  return {
    accessKeyId: read('AccessKeyId'),
    secretAccessKey: read('SecretAccessKey'),
    token: read('SessionToken'),
    expirations: readExpirations(['Expiration'], () =>
      readValue(object, 'Expiration') === undefined ? null : (readText(object, 'Expiration') ?? ''),
    ),
    accountId: readText(object, 'AccountId'),
    reasonIfIncomplete: 'malformed',
    missingExpirationDetail: 'Expiration is missing',
  };
}

/** The arguments stay hidden, because they can be secret. In a list of commands, any of them can have failed. */
function nameProgram(command: string, error: unknown): unknown {
  const program = findShellSyntax(command) === null ? parseProgramName(command) : null;
  if (!(error instanceof PollError) || error.reason !== 'process-failed' || program === null) return error;
  return new PollError(error.reason, `${program}: ${error.detail}`, error);
}
