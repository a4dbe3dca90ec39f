import type { Instant } from '../../domain/model.ts';
import {
  type Outcome,
  PLACE_NAMES,
  type Place,
  type PlaceFault,
  SDKS,
} from '../../domain/provider-chain/providers.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { chainFindingMessage } from '../messages/chain-findings.ts';
import { outcomeMessage, placeFaultMessage } from '../messages/places.ts';
import { maskKeyId } from '../text/printable.ts';
import { instantJson } from '../text/writing.ts';
import type { SourcesReport } from './sources-report.ts';

/** The same for programs, as the README promises it: names in `snake_case`, the unit last, key ids masked. */
export function renderSourcesJson({ facts, outcomes, findings }: SourcesReport): string {
  const { name, named, exists } = facts.profile;
  const document = {
    schema_version: 1,
    generated_at: formatInstant(facts.now),
    profile: { name, named, exists },
    places: PLACE_NAMES.map((each) => placeJson(facts.places[each])),
    sdks: SDKS.map((sdk) => ({ sdk, ...outcomeJson(outcomes[sdk], facts.places) })),
    findings: findings.map((finding) => ({
      code: finding.code,
      severity: finding.severity,
      args: snakeCase(finding.args),
      ...chainFindingMessage(finding, facts),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function placeJson(place: Place) {
  const { name, state, role, accountId, accessKeyId, expiration, remaining, session, origin } = place;
  return {
    place: name,
    state,
    fault: place.fault && faultJson(place.fault),
    access_key_id: maskedOrNull(accessKeyId),
    role: textOrNull(role),
    account_id: textOrNull(accountId),
    expiration: instantJson(expiration),
    remaining_seconds: remaining,
    session,
    origin: textOrNull(origin),
    token_expiration: instantJson(place.tokenExpiration),
    notes: place.notes.map(({ code }) => code),
  };
}

function faultJson(fault: PlaceFault) {
  const { code } = fault;
  const reason = code === 'POLL_FAILED' ? fault.reason : null;
  return { code, reason, message: placeFaultMessage(fault) };
}

function outcomeJson(outcome: Outcome, places: SourcesReport['facts']['places']) {
  const place = 'place' in outcome ? outcome.place : null;
  return {
    outcome: outcome.kind,
    place,
    access_key_id: outcome.kind === 'wins' ? maskedOrNull(places[outcome.place].accessKeyId) : null,
    flaw: outcome.kind === 'wins' ? outcome.flaw : null,
    why: 'why' in outcome ? outcome.why : null,
    about: 'name' in outcome ? textOrNull(outcome.name) : null,
    message: outcomeMessage(outcome),
  };
}

const textOrNull = (text: string) => (text === '' ? null : text);
const maskedOrNull = (accessKeyId: string) => (accessKeyId === '' ? null : maskKeyId(accessKeyId));

/** Arguments that are moments, as notes of polls have them. */
const INSTANT_ARGS = new Set(['at']);

function snakeCase(args: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      INSTANT_ARGS.has(name) ? formatInstant(value as Instant) : value,
    ]),
  );
}
