import type { PollNote } from '../../poll-note.ts';
import type { ChainOutcome } from '../outcome.ts';
import { type ChainFacts, KEY_PAIR_PROVIDERS, type Provider, type ProviderName } from '../providers.ts';
import { findSlowResponse } from '../response-times/response-limits.ts';
import type { ClientDifference, ClientRules, NoteRule } from '../rules/client-rules.ts';

/** The outcome of a client that handles this provider differently from our poll. Null: it gets the same credentials. */
export const findDifference = (
  provider: Provider,
  facts: ChainFacts,
  rules: ClientRules,
): ChainOutcome | null =>
  findNotedDifference(provider, rules) ??
  findLateOutcome(provider, facts.doesImdsV1Work, rules) ??
  findDifferenceOfBase(provider, facts, rules);

/** The first difference that follows from a note of the poll. */
function findNotedDifference({ name, notes }: Provider, rules: ClientRules): ChainOutcome | null {
  for (const note of notes) {
    const difference = applyNoteRule(note, name, rules);
    if (difference !== null) return { ...difference, provider: name };
  }
  return null;
}

function applyNoteRule(
  note: PollNote,
  provider: ProviderName,
  { endpoints, notes }: ClientRules,
): ClientDifference | null {
  if (note.code === 'BLANK_ENV' && endpoints.failsAtBlank.includes(note.name))
    return { kind: 'stops', cause: { reason: 'BLANK_VARIABLE', setting: note.name } };
  // The compiler does not see that the rule is for the code of this note.
  const rule = notes[note.code] as NoteRule | undefined;
  return rule?.(note, provider) ?? null;
}

/**
 * The result of a client that does not wait for the response of an endpoint, or waits for ever. Null if it gets the
 * response.
 */
function findLateOutcome(
  provider: Provider,
  doesImdsV1Work: boolean | null,
  { endpoints }: ClientRules,
): ChainOutcome | null {
  const { name, state, problem, responseTimes } = provider;
  const hasTimedOut = problem?.code === 'POLL_FAILED' && problem.reason === 'timeout';
  if (name === 'container' && hasTimedOut && endpoints.waitsForever)
    return { kind: 'stops', provider: name, cause: { reason: 'HANGS' } };
  // If the poll failed, its failure is reported, and not its duration.
  if (responseTimes === null || state === 'fails' || (name !== 'imds' && name !== 'container')) return null;
  const slow = findSlowResponse(name, responseTimes, endpoints, doesImdsV1Work);
  if (slow === null) return null;
  const { responseMs, limitMs } = slow;
  return limitMs === null
    ? { kind: 'unknown', provider: name, cause: { reason: 'VERSION' } }
    : { kind: 'stops', provider: name, cause: { reason: 'TOO_SLOW', responseMs, limitMs } };
}

/** A client that gets no credentials from an endpoint cannot assume a role with them. */
function findDifferenceOfBase(
  { name, roleSession }: Provider,
  facts: ChainFacts,
  rules: ClientRules,
): ChainOutcome | null {
  if (name !== 'profile-role' || !roleSession?.endpoint) return null;
  const base = facts.providers[roleSession.endpoint];
  const difference = findNotedDifference(base, rules);
  // JavaScript ignores AWS_EC2_METADATA_DISABLED if a profile names IMDS as its source.
  const isOther = difference?.kind === 'stops' && difference.cause.reason === 'REJECTED_BY_SDK';
  const outcome = isOther ? difference : findLateOutcome(base, facts.doesImdsV1Work, rules);
  return outcome !== null && 'provider' in outcome ? { ...outcome, provider: name } : null;
}

/** True if the session token is set only under its old name, and this client does not read that name. */
export const lacksToken = (
  { name, accessKeyId, notes }: Provider,
  { readsOldToken = [] }: ClientRules,
): boolean =>
  accessKeyId?.startsWith('ASIA') === true &&
  notes.some(({ code }) => code === 'ONLY_OLD_TOKEN') &&
  KEY_PAIR_PROVIDERS.some((each) => each === name && !readsOldToken.includes(each));
