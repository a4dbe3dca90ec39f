import type { Instant } from '../../domain/model.ts';
import {
  type ChainOutcome,
  PROVIDER_NAMES,
  type Provider,
  type ProviderProblem,
  SDKS,
} from '../../domain/provider-chain/providers.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { describeChainFinding } from '../messages/chain-findings.ts';
import { describeChainOutcome, describeProviderProblem } from '../messages/providers.ts';
import { formatNullableInstant } from '../text/format-values.ts';
import { maskKeyId } from '../text/untrusted-text.ts';
import type { SourcesReport } from './chain-report.ts';

/** The same for programs, as the README promises it: names in `snake_case`, the unit last, key ids masked. */
export function renderSourcesJson({ facts, outcomes, findings }: SourcesReport): string {
  const { name, isNamed, exists } = facts.profile;
  const document = {
    schema_version: 1,
    generated_at: formatInstant(facts.now),
    profile: { name, named: isNamed, exists },
    places: PROVIDER_NAMES.map((each) => placeJson(facts.providers[each])),
    sdks: SDKS.map((sdk) => ({ sdk, ...outcomeJson(outcomes[sdk], facts.providers) })),
    findings: findings.map((finding) => ({
      code: finding.code,
      severity: finding.severity,
      args: snakeCase(finding.args),
      ...describeChainFinding(finding, facts),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function placeJson(place: Provider) {
  const { name, state, role, accountId, accessKeyId, expiration, remaining, isSession, origin } = place;
  return {
    place: name,
    state,
    problem: place.problem && faultJson(place.problem),
    access_key_id: maskedOrNull(accessKeyId),
    role: textOrNull(role),
    account_id: textOrNull(accountId),
    expiration: formatNullableInstant(expiration),
    remaining_seconds: remaining,
    session: isSession,
    origin: textOrNull(origin),
    token_expiration: formatNullableInstant(place.tokenExpiration),
    notes: place.notes.map(({ code }) => code),
  };
}

function faultJson(fault: ProviderProblem) {
  const { code } = fault;
  const reason = code === 'POLL_FAILED' ? fault.reason : null;
  return { code, reason, message: describeProviderProblem(fault) };
}

function outcomeJson(outcome: ChainOutcome, places: SourcesReport['facts']['providers']) {
  const place = 'provider' in outcome ? outcome.provider : null;
  return {
    outcome: outcome.kind,
    place,
    access_key_id: outcome.kind === 'wins' ? maskedOrNull(places[outcome.provider].accessKeyId) : null,
    flaw: outcome.kind === 'wins' ? outcome.problem : null,
    why: 'reason' in outcome ? outcome.reason : null,
    about: 'subject' in outcome ? textOrNull(outcome.subject) : null,
    message: describeChainOutcome(outcome),
  };
}

const textOrNull = (text: string) => (text === '' ? null : text);
const maskedOrNull = (accessKeyId: string) => (accessKeyId === '' ? null : maskKeyId(accessKeyId));

/** Arguments that are instants. */
const INSTANT_ARGS = new Set(['expiresAt']);

function snakeCase(args: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      INSTANT_ARGS.has(name) ? formatInstant(value as Instant) : value,
    ]),
  );
}
