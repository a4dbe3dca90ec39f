import { parseJsonObject, readText, readValue } from '../document/json-object.ts';
import { found } from '../document/written-keys.ts';
import type { Found, Look } from '../poll.ts';
import { FailedLook } from '../poll-error.ts';
import type { SourceOptions } from '../source.ts';
import { runCommand } from './run-command.ts';

/** A process may have to sign in somewhere, and no SDK limits its time at all. */
const PATIENCE = 60_000;

export const withPatience = (options: SourceOptions): SourceOptions => ({
  ...options,
  limits: { pollMs: PATIENCE, ...options.limits },
});

/**
 * Runs a `credential_process` and reads what it prints.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export async function readFromProcess(look: Look, command: string): Promise<Found> {
  const output = await runCommand(command, look.options.env, look.signal);
  if (output.trim() === '') throw new FailedLook('malformed', 'the process printed nothing');
  const object = parseJsonObject(output);
  if (object === null) throw new FailedLook('malformed', 'what the process printed is not a JSON object');
  if (readValue(object, 'Version') !== 1) throw new FailedLook('malformed', 'Version is not 1');
  const read = (name: string) => ({ name, value: readText(object, name) });
  return found(
    {
      accessKeyId: read('AccessKeyId'),
      secretAccessKey: read('SecretAccessKey'),
      token: read('SessionToken'),
      expirations: readValue(object, 'Expiration') === undefined ? [] : [read('Expiration')],
      accountId: readText(object, 'AccountId'),
      incomplete: 'malformed',
      withoutExpiration: 'Expiration is missing',
    },
    look,
  );
}
