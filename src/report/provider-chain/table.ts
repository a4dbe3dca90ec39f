import {
  type ChainOutcome,
  PROVIDER_NAMES,
  type Provider,
  type ProviderName,
  SDKS,
} from '../../domain/provider-chain/providers.ts';
import type { ReportContext } from '../context.ts';
import { describeChainFinding } from '../messages/chain-findings.ts';
import {
  describeChainOutcome,
  describeProviderProblem,
  PROVIDER_LABELS,
  SDK_NAMES,
} from '../messages/providers.ts';
import { createPalette, type Palette } from '../table/colour.ts';
import { clampWidth, layOutColumns } from '../table/layout.ts';
import { formatRemaining, formatTimestamp } from '../text/format-values.ts';
import { escapeUnprintable, maskKeyId } from '../text/untrusted-text.ts';
import { groupOutcomes, type SourcesReport } from './chain-report.ts';

const LABEL_WIDTH = 22;
const STATE_WIDTH = 12;

type Context = Pick<ReportContext, 'width' | 'hasColour'>;

/** For an operator at night: what each place says, who ends where, and what to do about it. */
export function renderSourcesTable(report: SourcesReport, context: Context): string {
  const colours = createPalette(context.hasColour);
  const width = clampWidth(context.width);
  const sections = [
    section('places', placeRows(report, colours), [LABEL_WIDTH, STATE_WIDTH], width, colours),
    section('what SDKs get', winnerRows(report, colours), [Math.round(width * 0.58), GAP], width, colours),
    section('findings', findingRows(report, colours), [2], width, colours),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** Between columns whose texts may fill them. */
const GAP = 2;
const INDENT = 2;

/** @param widths of all columns but the last, which has the rest */
function section(
  title: string,
  rows: readonly string[][],
  widths: readonly number[],
  width: number,
  colours: Palette,
): string {
  if (rows.length === 0) return '';
  const rest = width - INDENT - widths.reduce((sum, each) => sum + each, 0);
  const indented = rows.map((row) => ['', ...row]);
  const text = layOutColumns(indented, [INDENT, ...widths, rest]).replaceAll(NO_BREAK, ' ');
  return `${colours.bold(title)}\n\n${text}`;
}

function placeRows({ facts }: SourcesReport, colours: Palette): string[][] {
  const places = PROVIDER_NAMES.map((name) => facts.providers[name]);
  const rows = places
    .filter(({ state }) => state !== 'absent')
    .map((place) => [PROVIDER_LABELS[place.name], paintState(place, colours), describe(place, facts)]);
  const absent = absentPlaces(facts);
  return absent === '' ? rows : [...rows, ['not set', '', absent]];
}

/** Of the profile no more than an operator would look for. */
const OF_PROFILE = ['profile', 'process', 'sso'] as const;
const OTHERS = ['environment', 'web-identity', 'container', 'imds'] as const;

function absentPlaces({ providers, profile }: SourcesReport['facts']): string {
  const labels = (names: readonly ProviderName[]) =>
    names.filter((name) => providers[name].state === 'absent').map((name) => PROVIDER_LABELS[name]);
  const ofProfile = labels(OF_PROFILE).map((label) => label.replace('profile ', ''));
  const inProfile = `${ofProfile.join(', ')} of profile ${profile.name}${profile.exists ? '' : ' (there is none)'}`;
  return [...labels(OTHERS), ...(ofProfile.length === 0 ? [] : [inProfile])]
    .map(escapeUnprintable)
    .join(', ');
}

const STATES: Record<Exclude<Provider['state'], 'absent'>, string> = {
  answers: 'answers',
  untried: 'not tried',
  incomplete: 'incomplete',
  fails: 'fails',
};

function paintState({ state, remaining }: Provider, colours: Palette): string {
  if (state === 'absent') return '';
  const hasExpired = remaining !== null && remaining <= 0;
  const paint =
    state === 'answers' && !hasExpired ? colours.good : state === 'untried' ? same : colours.warning;
  return paint(STATES[state]);
}

const same = (text: string) => text;

const PROFILE_PLACES: ReadonlySet<ProviderName> = new Set([
  'profile',
  'profile-role',
  'profile-web-identity',
  'sso',
  'login',
  'process',
]);

/** Who it would be, the key, how long it lasts, and where that was learnt. */
function describe(place: Provider, { profile }: SourcesReport['facts']): string {
  const { problem, origin, tokenExpiration, state } = place;
  return join([
    problem === null ? '' : describeProviderProblem(problem),
    PROFILE_PLACES.has(place.name) ? `profile ${profile.name}` : '',
    ...identity(place),
    lasting(place),
    state === 'untried' && tokenExpiration !== null
      ? `its token expires ${formatTimestamp(tokenExpiration)}`
      : '',
    origin,
  ]);
}

/** Enough to know the credentials by. */
const identity = ({ role, accountId, accessKeyId }: Provider) => [
  role === '' ? '' : `role ${role}`,
  accountId === '' ? '' : `account ${accountId}`,
  accessKeyId === '' ? '' : maskKeyId(accessKeyId),
];

function lasting({ state, expiration, remaining, isSession, notes }: Provider): string {
  if (expiration !== null && remaining !== null) {
    return `${formatRemaining(remaining)}, ${remaining > 0 ? 'until ' : ''}${formatTimestamp(expiration)}`;
  }
  if (state !== 'answers') return '';
  if (notes.some(({ code }) => code === 'EXPIRATION_UNREADABLE')) return 'its expiry cannot be read';
  return isSession === false ? 'never expires' : 'expiry not stated';
}

/** What is short is not broken: a moment over two lines takes two looks. In `\s`, where lines break, is every space. */
const UNBROKEN = 60;
const NO_BREAK = '\ue000';
const together = (text: string) => (text.length > UNBROKEN ? text : text.replaceAll(' ', NO_BREAK));

const join = (parts: readonly string[]) =>
  parts
    .filter((part) => part !== '')
    .map((part) => together(escapeUnprintable(part)))
    .join(' · ');

function winnerRows({ facts, outcomes }: SourcesReport, colours: Palette): string[][] {
  return groupOutcomes(outcomes).map(({ sdks, outcome }) => {
    const names = sdks.length === SDKS.length ? 'every SDK' : sdks.map((sdk) => SDK_NAMES[sdk]).join(', ');
    const whose = outcome.kind === 'wins' ? identity(facts.providers[outcome.provider]) : [];
    const end = paintOutcome(outcome, escapeUnprintable(describeChainOutcome(outcome)), colours);
    return [[end, join(whose)].filter((part) => part !== '').join(' · '), '', names];
  });
}

function paintOutcome(outcome: ChainOutcome, text: string, colours: Palette): string {
  if (outcome.kind === 'unknown') return colours.warning(text);
  return outcome.kind === 'wins' && outcome.problem === null ? colours.good(text) : colours.bad(text);
}

function findingRows({ facts, findings }: SourcesReport, colours: Palette): string[][] {
  return findings.map((finding) => {
    const { message, hint } = describeChainFinding(finding, facts);
    const mark = finding.severity === 'problem' ? colours.warning('!') : '-';
    return [mark, escapeUnprintable(message) + (hint === null ? '' : `\n→ ${escapeUnprintable(hint)}`)];
  });
}
