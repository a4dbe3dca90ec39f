import { correctedTime } from '../../domain/measurement/generations.ts';
import type { SourceName } from '../../domain/model.ts';
import { type Place, type PlaceName, placeOf } from '../../domain/provider-chain/providers.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { chooseSource } from '../open.ts';
import type { PolledCredentials, PollFailure, PollOutcome, SourceOptions } from '../source.ts';

/** One look by the source of the place's name. */
export async function lookAt(name: PlaceName & SourceName, options: SourceOptions): Promise<Place> {
  const source = chooseSource(name, options);
  return placeFrom(name, await source.poll(), source.endpoint?.url ?? '');
}

/** Only these know whose role they hand out; the others name their series. */
const KNOWS_ROLE: ReadonlySet<PlaceName> = new Set(['container', 'imds']);

export function placeFrom(name: PlaceName, outcome: PollOutcome, origin = ''): Place {
  const known: Partial<Place> = {
    role: KNOWS_ROLE.has(name) ? outcome.identity.role : '',
    notes: outcome.notes,
    origin,
  };
  return outcome.ok ? answered(name, outcome, known) : failed(name, outcome, known);
}

function answered(name: PlaceName, outcome: PolledCredentials, known: Partial<Place>): Place {
  const { credentials, secrets, accountId } = outcome;
  const { accessKeyId, expiration } = credentials;
  const remaining = secondsBetween(correctedTime(outcome), expiration);
  return withToken(name, {
    ...known,
    state: 'answers',
    accessKeyId,
    accountId,
    expiration,
    remaining,
    session: secrets.token !== null,
  });
}

function failed(name: PlaceName, failure: PollFailure, known: Partial<Place>): Place {
  const { reason, detail, possibleHopLimit, accessKeyId } = failure;
  if (reason === 'long-lived') {
    return placeOf(name, { ...known, state: 'answers', accessKeyId, session: false });
  }
  // SDKs use keys that somebody wrote down, whether they say when they end or not.
  if (reason === 'unknown-expiry' && !KNOWS_ROLE.has(name)) {
    const session = !accessKeyId.startsWith('AKIA');
    return withToken(name, { ...known, state: 'answers', accessKeyId, session });
  }
  if (reason === 'not-configured') return placeOf(name);
  const fault = { code: 'POLL_FAILED', reason, detail, possibleHopLimit } as const;
  return placeOf(name, { ...known, state: 'fails', fault, accessKeyId });
}

function withToken(name: PlaceName, known: Partial<Place>): Place {
  const isWithout = known.notes?.some(({ code }) => code === 'SESSION_KEY_WITHOUT_TOKEN');
  return placeOf(
    name,
    isWithout ? { ...known, state: 'incomplete', fault: { code: 'NO_SESSION_TOKEN' }, session: true } : known,
  );
}
