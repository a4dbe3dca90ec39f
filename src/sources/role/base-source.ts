import { createContainerSource } from '../container/container.ts';
import { createSigningKeys } from '../document/unvalidated-keys.ts';
import { readEnvironmentKeys } from '../environment/environment.ts';
import { SHADOWING_CODES } from '../environment/shadowing.ts';
import { createImdsSource } from '../imds/imds.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { PolledCredentials } from '../source.ts';
import { createWebIdentitySource } from '../web-identity/web-identity.ts';

const BASE_SOURCES = {
  container: createContainerSource,
  imds: createImdsSource,
  'web-identity': createWebIdentitySource,
} as const;

export type BaseSourceName = 'environment' | keyof typeof BASE_SOURCES;

/** Polls the source whose credentials assume a role. @throws PollError */
export async function pollBaseSource(
  poll: OngoingPoll,
  source: BaseSourceName,
): Promise<PolledCredentials['secrets']> {
  if (source === 'environment') return createSigningKeys(readEnvironmentKeys(poll), poll);
  // These options describe the session of the role, and not its base.
  const {
    role: _role,
    roleArn: _arn,
    sessionName: _name,
    durationSeconds: _duration,
    ...options
  } = poll.options;
  const outcome = await BASE_SOURCES[source]({ ...options, discoverHost: false }).poll(poll.signal);
  for (const note of outcome.notes) {
    // The role needs these keys, whatever SDKs would use for a job. The duration of their session does not matter.
    if (!SHADOWING_CODES.has(note.code) && note.code !== 'DURATION_NOT_SET') poll.notes.add(note);
  }
  if (outcome.ok) {
    poll.hideKeys(outcome.secrets);
    return outcome.secrets;
  }
  const { reason, detail, misconfiguration } = outcome;
  const explained = `the ${source} source that should assume the role${detail === '' ? '' : `: ${detail}`}`;
  throw new PollError(reason, explained, { misconfiguration });
}
