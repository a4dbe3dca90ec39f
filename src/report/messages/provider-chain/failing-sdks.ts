import { SDKS, type Sdk } from '../../../domain/provider-chain/clients.ts';
import type { ChainOutcome, OutcomeCause, OutcomesBySdk } from '../../../domain/provider-chain/outcome.ts';
import { groupSdks } from '../../../domain/provider-chain/outcome-groups.ts';
import type { ChainFacts, ProviderName } from '../../../domain/provider-chain/providers.ts';
import type { ResponseTimes } from '../../../domain/provider-chain/response-times/response-times.ts';
import { findImpatientSdks } from '../../../domain/provider-chain/response-times/slow-responses.ts';
import type { Explanation } from '../failures/explanation.ts';
import { describePollNote } from '../poll-notes.ts';
import { describeStoppingProvider } from './broken-provider.ts';
import { describeNoteHint, SLOW_ENDPOINT_HINTS } from './provider-hints.ts';
import { formatSeconds, PROVIDER_PHRASES } from './providers.ts';
import { describeSdks } from './sdk-lists.ts';
import { describeFileProblem } from './shared-files.ts';
import { describeInvalidSetting } from './variables.ts';

type Stop = Extract<ChainOutcome, { kind: 'stops' }>;

/**
 * Why some SDKs fail, although the others get the credentials of the job. Without failures that a poll of these
 * credentials notes itself. Empty if every SDK fails, because the poll then fails too.
 */
export function describeFailingSdks(facts: ChainFacts, outcomes: OutcomesBySdk): Explanation[] {
  if (!SDKS.some((sdk) => outcomes[sdk].kind === 'wins')) return [];
  return groupSdks(outcomes).flatMap(({ sdks, outcome }) =>
    outcome.kind === 'stops' && !isNoted(outcome, facts) ? [describeStop(sdks, outcome, facts)] : [],
  );
}

/** A poll does not depend on this, because it reads AWS_REGION. */
const ONLY_OF_PROBE = 'NO_REGION_FOR_BOTOCORE';

/** Whether a note or the verdict of the poll has the cause. */
const isNoted = ({ provider, cause }: Stop, { providers }: ChainFacts): boolean =>
  cause.reason === 'EXPIRED' ||
  ('note' in cause && cause.note !== ONLY_OF_PROBE) ||
  ('setting' in cause &&
    provider !== null &&
    providers[provider].notes.some((note) => 'name' in note && note.name === cause.setting));

function describeStop(sdks: readonly Sdk[], { provider, cause }: Stop, facts: ChainFacts): Explanation {
  if (cause.reason === 'INVALID_FILE') return describeInvalidFile(sdks, cause, facts);
  if ('note' in cause && cause.note === ONLY_OF_PROBE && provider !== null)
    return {
      message: describePollNote({ code: ONLY_OF_PROBE }),
      hint: describeNoteHint(provider, facts),
    };
  if (cause.reason === 'BLANK_VARIABLE') {
    const { setting } = cause;
    const effect = `${describeSdks(sdks, 'treats', 'treat')} it as a value and ${sdks.length === 1 ? 'fails' : 'fail'}`;
    return { message: `${setting} is blank: ${effect}`, hint: `unset ${setting}` };
  }
  if (cause.reason === 'INVALID_SETTING' && provider === null)
    return describeInvalidSetting({ setting: cause.setting, stoppedSdks: sdks });
  return describeStopAt(sdks, provider, facts);
}

function describeInvalidFile(
  sdks: readonly Sdk[],
  { path, line }: Extract<OutcomeCause, { reason: 'INVALID_FILE' }>,
  { fileProblems }: ChainFacts,
): Explanation {
  const problem = fileProblems.find((each) => each.path === path && each.line === line);
  // Only the SDKs that fail. Others skip the profile, or get the same credentials from other settings.
  return problem === undefined ? describeUnknownCause(sdks) : describeFileProblem({ ...problem, sdks });
}

const describeStopAt = (
  sdks: readonly Sdk[],
  provider: ProviderName | null,
  facts: ChainFacts,
): Explanation =>
  provider === null
    ? describeUnknownCause(sdks)
    : describeStoppingProvider(
        { provider, works: facts.providers[provider].problem === null, stoppedSdks: sdks, without: [] },
        facts,
      );

const describeUnknownCause = (sdks: readonly Sdk[]): Explanation => ({
  message: `${describeSdks(sdks, 'fails', 'fail')} with these settings`,
  hint: '`cred-watch sources` shows the details',
});

/** Names the SDKs that get no credentials from an endpoint, because they do not wait for its responses. */
export const describeSlowEndpoint = (name: 'imds' | 'container', times: ResponseTimes): Explanation[] =>
  findImpatientSdks(name, times).map(({ sdks, responseMs, isToken, canUseV1 }) => {
    const what = isToken ? 'the token of IMDS' : `a response of ${PROVIDER_PHRASES[name]}`;
    const effect = describeSdks(sdks, 'stops waiting earlier and fails', 'stop waiting earlier and fail');
    return {
      message: `${what} took ${formatSeconds(responseMs)}: ${effect}${canUseV1 ? ' unless IMDSv1 works' : ''}`,
      // The variable helps no other SDK.
      hint: SLOW_ENDPOINT_HINTS[sdks.includes('botocore') ? name : 'container'],
    };
  });
