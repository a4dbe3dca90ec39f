import { getClientProvider } from '../../domain/provider-chain/client-facts.ts';
import { type Client, OTHER_CLIENTS, SDKS } from '../../domain/provider-chain/clients.ts';
import type { ChainReport } from '../../domain/provider-chain/findings/findings.ts';
import type { Verification, VerifiedWinner } from '../../domain/provider-chain/identity/verification.ts';
import type { ChainOutcome } from '../../domain/provider-chain/outcome.ts';
import { groupByOutcome, groupSdksByRole } from '../../domain/provider-chain/outcome-groups.ts';
import { isUsableProvider } from '../../domain/provider-chain/provider-states.ts';
import {
  type ChainFacts,
  PROFILE_PROVIDERS,
  PROVIDER_NAMES,
  type Provider,
  type ProviderName,
} from '../../domain/provider-chain/providers.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { PLATFORM_NAMES } from '../messages/poll-notes.ts';
import { describeChainFinding } from '../messages/provider-chain/chain-findings.ts';
import {
  describeChainOutcome,
  describeProviderProblem,
  listIdentity,
  OTHER_CLIENT_NAMES,
  PROFILE_PROVIDER_LABELS,
  PROVIDER_LABELS,
  SDK_NAMES,
} from '../messages/provider-chain/providers.ts';
import { listSdks } from '../messages/provider-chain/sdk-lists.ts';
import {
  describeClock,
  describeComparison,
  describeVerificationProblem,
} from '../messages/provider-chain/verification.ts';
import { createPalette, type Palette } from '../terminal/colour.ts';
import { clampWidth, layOutColumns } from '../terminal/layout.ts';
import type { TextStyle } from '../terminal/text-style.ts';
import { JOINT } from '../terminal/unbroken.ts';
import { formatRemaining, formatTimestamp, maskKeyId } from '../text/format-values.ts';

const LABEL_WIDTH = 22;
const STATE_WIDTH = 12;
const MARK_WIDTH = 2;
const OUTCOME_SHARE = 0.58;
/** The space between two columns that may both be full. */
const COLUMN_SPACE = 2;
const INDENT = 2;

/**
 * The credentials of each SDK, what AWS said about them, the state of each provider, and the findings with hints.
 * @param verification null: AWS was not asked
 */
export function renderSourcesTable(
  report: ChainReport,
  context: TextStyle,
  verification: Verification | null = null,
): string {
  const palette = createPalette(context);
  const width = clampWidth(context.width);
  /** The last column gets the width that the other columns leave. */
  const renderSection = (title: string, rows: readonly string[][], widths: readonly number[]): string[] => {
    if (rows.length === 0) return [];
    const lastWidth = width - INDENT - widths.reduce((sum, each) => sum + each, 0);
    const indented = rows.map((row) => ['', ...row]);
    const text = layOutColumns(indented, [INDENT, ...widths, lastWidth], palette);
    return [`${palette.bold(title)}\n\n${text}`];
  };
  const { observed, platform } = report.facts;
  const of = observed === null ? '' : ` of process ${observed.pid}`;
  const on = platform === null ? '' : ` in ${PLATFORM_NAMES[platform]}`;
  const sections = [
    ...renderSection(`credentials by SDK${of}${on}`, buildOutcomeRows(report, palette), [
      Math.round(width * OUTCOME_SHARE),
      COLUMN_SPACE,
    ]),
    ...renderSection('verified by AWS', buildVerificationRows(verification, palette), [
      LABEL_WIDTH,
      STATE_WIDTH,
    ]),
    ...renderSection('providers', buildProviderRows(report, palette), [LABEL_WIDTH, STATE_WIDTH]),
    ...renderSection('other clients', buildOtherRows(report, palette), [
      Math.round(width * OUTCOME_SHARE),
      COLUMN_SPACE,
    ]),
    ...renderSection('findings', buildFindingRows(report, palette), [MARK_WIDTH]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function buildProviderRows({ facts }: ChainReport, palette: Palette): string[][] {
  const rows = PROVIDER_NAMES.map((name) => facts.providers[name])
    .filter(({ state }) => state !== 'absent')
    .map((provider) => [
      PROVIDER_LABELS[provider.name],
      paintState(provider, palette),
      describeProvider(provider, facts),
    ]);
  const absent = listAbsentProviders(facts);
  return absent === '' ? rows : [...rows, [STATE_LABELS.absent, '', absent]];
}

/** Rare providers are listed only if they are set. */
const COMMON_PROVIDERS = ['environment', 'web-identity', 'container', 'imds'] as const;
const COMMON_PROFILE_PROVIDERS = ['profile', 'process', 'sso'] as const;

function listAbsentProviders({ providers, profile }: ChainFacts): string {
  const isAbsent = (name: ProviderName) => providers[name].state === 'absent';
  const labels = COMMON_PROVIDERS.filter(isAbsent).map((name) => PROVIDER_LABELS[name]);
  const ofProfile = COMMON_PROFILE_PROVIDERS.filter(isAbsent).map((name) => PROFILE_PROVIDER_LABELS[name]);
  if (ofProfile.length > 0) {
    const missing = profile.exists ? '' : ' (does not exist)';
    labels.push(`${ofProfile.join(', ')} of profile ${profile.name}${missing}`);
  }
  return labels.map(escapeUnprintable).join(', ');
}

const STATE_LABELS: Record<Provider['state'], string> = {
  absent: 'not set',
  answers: 'answers',
  untried: 'not tried',
  incomplete: 'incomplete',
  fails: 'fails',
};

function paintState(provider: Provider, palette: Palette): string {
  const label = STATE_LABELS[provider.state];
  if (provider.state === 'untried') return label;
  return isUsableProvider(provider) ? palette.good(label) : palette.warning(label);
}

const isOfProfile = (name: ProviderName) => PROFILE_PROVIDERS.some((each) => each === name);

function describeProvider(provider: Provider, { profile }: ChainFacts): string {
  const { problem, origin, tokenExpiration, state } = provider;
  return joinParts([
    problem && describeProviderProblem(problem),
    isOfProfile(provider.name) ? `profile ${profile.name}` : null,
    ...listIdentity(provider),
    describeValidity(provider),
    state === 'untried' && tokenExpiration !== null
      ? `its token expires ${formatTimestamp(tokenExpiration)}`
      : null,
    origin,
  ]);
}

function describeValidity({ state, expiration, remaining, isSession, notes }: Provider): string | null {
  if (expiration !== null && remaining !== null) {
    return `${formatRemaining(remaining)}, ${remaining > 0 ? 'until ' : ''}${formatTimestamp(expiration)}`;
  }
  if (state !== 'answers') return null;
  if (notes.some(({ code }) => code === 'EXPIRATION_UNREADABLE')) return 'expiration unreadable';
  return isSession === false ? 'never expires' : 'expiration not stated';
}

/** Parts up to this length stay on one line. */
const MAX_UNBROKEN_LENGTH = 60;

const joinParts = (parts: readonly (string | null)[]) =>
  parts
    .filter((part) => part !== null)
    .map(escapeUnprintable)
    .map((part) => (part.length > MAX_UNBROKEN_LENGTH ? part : part.replaceAll(' ', JOINT)))
    .join(' · ');

function buildOutcomeRows({ facts, outcomes }: ChainReport, palette: Palette): string[][] {
  return groupSdksByRole(facts, outcomes).map(({ sdks, outcome }) => {
    const [first = 'botocore'] = sdks;
    const names = sdks.length === SDKS.length ? 'every SDK' : sdks.map((sdk) => SDK_NAMES[sdk]).join(', ');
    return [formatOutcome(outcome, first, facts, palette), '', names];
  });
}

function buildOtherRows({ facts, otherOutcomes }: ChainReport, palette: Palette): string[][] {
  return groupByOutcome(OTHER_CLIENTS, otherOutcomes).map(({ clients, outcome }) => {
    const [first = 'ruby'] = clients;
    const names = clients.map((client) => OTHER_CLIENT_NAMES[client]).join(', ');
    return [formatOutcome(outcome, first, facts, palette), '', names];
  });
}

function formatOutcome(outcome: ChainOutcome, client: Client, facts: ChainFacts, palette: Palette): string {
  const identity =
    outcome.kind === 'wins' ? listIdentity(getClientProvider(facts, client, outcome.provider)) : [];
  const text = paintOutcome(outcome, escapeUnprintable(describeChainOutcome(outcome)), palette);
  return [text, joinParts(identity)].filter((part) => part !== '').join(' · ');
}

function paintOutcome(outcome: ChainOutcome, text: string, palette: Palette): string {
  if (outcome.kind === 'unknown') return palette.warning(text);
  return outcome.kind === 'wins' && outcome.problem === null ? palette.good(text) : palette.bad(text);
}

function buildVerificationRows(verification: Verification | null, palette: Palette): string[][] {
  if (verification === null) return [];
  if (verification.winners.length === 0) return [['none', palette.bad('fails'), 'no SDK finds credentials']];
  return verification.winners.map((winner) => [
    PROVIDER_LABELS[winner.provider.name],
    winner.problem === null ? palette.good('verified') : palette.bad('fails'),
    describeVerified(winner, palette),
  ]);
}

function describeVerified(winner: VerifiedWinner, palette: Palette): string {
  const { provider, sdks, accessKeyId, clockOffset, caller, problem } = winner;
  const names = listSdks(sdks);
  const key = accessKeyId === null ? null : maskKeyId(accessKeyId);
  const clock = clockOffset === null ? null : describeClock(clockOffset);
  if (problem !== null) {
    const { message, hint } = describeVerificationProblem(problem);
    return `${joinParts([message, key, names, clock])}\n→ ${escapeUnprintable(hint)}`;
  }
  const text = joinParts([caller.arn, `account ${caller.accountId}`, key, names, clock]);
  const comparison = describeComparison(caller, provider);
  if (comparison === null) return text;
  return `${text}\n${comparison.differs ? palette.warning(comparison.text) : comparison.text}`;
}

function buildFindingRows({ facts, findings }: ChainReport, palette: Palette): string[][] {
  return findings.map((finding) => {
    const { message, hint } = describeChainFinding(finding, facts);
    const mark = finding.severity === 'problem' ? palette.warning('!') : '-';
    return [mark, escapeUnprintable(message) + (hint === null ? '' : `\n→ ${escapeUnprintable(hint)}`)];
  });
}
