import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import { getClientProvider } from '../../domain/provider-chain/client-facts.ts';
import { type Client, OTHER_CLIENTS, SDKS } from '../../domain/provider-chain/clients.ts';
import type { ExpectationResult } from '../../domain/provider-chain/expectation.ts';
import type { ChainFinding } from '../../domain/provider-chain/findings/finding.ts';
import type { ChainReport } from '../../domain/provider-chain/findings/findings.ts';
import {
  compareCaller,
  isVerified,
  type Verification,
} from '../../domain/provider-chain/identity/verification.ts';
import type { ObservedProcess } from '../../domain/provider-chain/observed-process-facts.ts';
import type { ChainOutcome, OutcomeCause } from '../../domain/provider-chain/outcome.ts';
import {
  type ChainFacts,
  PROVIDER_NAMES,
  type Provider,
  type ProviderProblem,
} from '../../domain/provider-chain/providers.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildKnowledgeJson } from '../general-knowledge/json.ts';
import { buildFieldsJson } from '../json-fields.ts';
import { describeChainFinding } from '../messages/provider-chain/chain-findings.ts';
import { describeChainDifference } from '../messages/provider-chain/expectation.ts';
import { describeChainOutcome, describeProviderProblem } from '../messages/provider-chain/providers.ts';
import { describeVerificationProblem } from '../messages/provider-chain/verification.ts';
import { formatNullableInstant, maskKeyId } from '../text/format-values.ts';

/**
 * @param knowledge about the sources of the credentials that SDKs find
 * @param expectation null: no expectation was given
 * @param verification null: AWS was not asked
 */
export function renderSourcesJson(
  { facts, outcomes, otherOutcomes, findings }: ChainReport,
  knowledge: readonly SourceKnowledge[] = [],
  expectation: ExpectationResult | null = null,
  verification: Verification | null = null,
): string {
  const { name, isNamed, exists } = facts.profile;
  const document = {
    schema_version: 1,
    generated_at: formatInstant(facts.now),
    platform: facts.platform,
    process: facts.observed && buildProcessJson(facts.observed),
    profile: { name, named: isNamed, exists },
    providers: PROVIDER_NAMES.map((each) => buildProviderJson(facts.providers[each])),
    sdks: SDKS.map((sdk) => ({ sdk, ...buildOutcomeJson(outcomes[sdk], sdk, facts) })),
    other_clients: OTHER_CLIENTS.map((client) => ({
      client,
      ...buildOutcomeJson(otherOutcomes[client], client, facts),
    })),
    findings: findings.map((finding) => buildChainFindingJson(finding, facts)),
    expectation: expectation && buildExpectationJson(expectation, facts),
    verification: verification && buildVerificationJson(verification),
    general_knowledge: buildKnowledgeJson(knowledge),
  };
  return `${toJson(document, 2)}\n`;
}

const buildProcessJson = ({ pid, isOtherUser, hasOtherFiles, hasOtherNetwork }: ObservedProcess) => ({
  pid,
  other_user: isOtherUser,
  other_files: hasOtherFiles,
  other_network: hasOtherNetwork,
});

function buildProviderJson(provider: Provider) {
  return {
    provider: provider.name,
    state: provider.state,
    problem: provider.problem && buildProblemJson(provider.problem),
    access_key_id: maskKeyIdOrNull(provider.accessKeyId),
    role: provider.role,
    account_id: provider.accountId,
    expiration: formatNullableInstant(provider.expiration),
    remaining_seconds: provider.remaining,
    session: provider.isSession,
    origin: provider.origin,
    token_expiration: formatNullableInstant(provider.tokenExpiration),
    role_session: provider.roleSession && {
      duration_seconds: provider.roleSession.durationSeconds,
      base: provider.roleSession.base,
    },
    notes: provider.notes.map(({ code }) => code),
  };
}

function buildProblemJson(problem: ProviderProblem) {
  const { code } = problem;
  const reason = code === 'POLL_FAILED' ? problem.reason : null;
  return { code, reason, message: describeProviderProblem(problem) };
}

function buildOutcomeJson(outcome: ChainOutcome, client: Client, facts: ChainFacts) {
  const isWinner = outcome.kind === 'wins';
  const cause = 'cause' in outcome ? outcome.cause : null;
  return {
    outcome: outcome.kind,
    provider: 'provider' in outcome ? outcome.provider : null,
    access_key_id: isWinner
      ? maskKeyIdOrNull(getClientProvider(facts, client, outcome.provider).accessKeyId)
      : null,
    problem: isWinner ? outcome.problem : null,
    reason: cause?.reason ?? null,
    subject: cause && getSubject(cause),
    message: describeChainOutcome(outcome),
  };
}

/** The profile, the setting or the note that the cause is about. */
function getSubject(cause: OutcomeCause): string | null {
  if ('profile' in cause) return cause.profile;
  if ('setting' in cause) return cause.setting;
  if ('path' in cause) return cause.path;
  return 'note' in cause ? cause.note : null;
}

const maskKeyIdOrNull = (accessKeyId: string | null) => accessKeyId && maskKeyId(accessKeyId);

/** A note has the code and the fields of the poll that noted it. */
function buildChainFindingJson(finding: ChainFinding, facts: ChainFacts) {
  const { severity } = finding;
  const { code, ...fields } = finding.code === 'POLL_NOTE' ? finding.note : finding;
  return { code, severity, ...buildFieldsJson(fields), ...describeChainFinding(finding, facts) };
}

function buildExpectationJson(result: ExpectationResult, facts: ChainFacts) {
  const { expectation, isMet, differences } = result;
  return {
    provider: expectation.provider,
    role: expectation.role,
    account_id: expectation.accountId,
    met: isMet,
    differences: differences.map((difference) => ({
      field: difference.field,
      sdks: difference.sdks,
      expected: difference.expected,
      actual: difference.field === 'provider' ? getEnd(difference.outcome) : difference.actual,
      reason: difference.reason,
      before: 'before' in difference ? difference.before : [],
      message: describeChainDifference(difference, result, facts),
    })),
  };
}

/** The provider that a chain uses. Null if the chain fails. */
const getEnd = (outcome: ChainOutcome) =>
  outcome.kind === 'wins' || outcome.kind === 'unknown' ? outcome.provider : null;

const buildVerificationJson = (verification: Verification) => ({
  verified: isVerified(verification),
  winners: verification.winners.map(({ provider, sdks, accessKeyId, clockOffset, caller, problem }) => {
    const comparison = caller && compareCaller(caller, provider);
    return {
      provider: provider.name,
      sdks,
      verified: problem === null,
      access_key_id: maskKeyIdOrNull(accessKeyId),
      arn: caller?.arn ?? null,
      account_id: caller?.accountId ?? null,
      role: caller?.role ?? null,
      same_account: comparison?.isSameAccount ?? null,
      same_role: comparison?.isSameRole ?? null,
      clock_offset_seconds: clockOffset,
      problem: problem && {
        code: problem.code,
        reason: 'reason' in problem ? problem.reason : null,
        ...describeVerificationProblem(problem),
      },
    };
  }),
});
