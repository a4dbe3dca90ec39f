import { objectionTo } from './objections.ts';
import type { ChainFacts, Outcome, Place, PlaceFault, PlaceName, Sdk, WhyCode } from './providers.ts';

/** One member of a chain: how the chain ends here, or whether it goes on; `leave` passes over the rest of a group. */
export type Step = Outcome | 'next' | 'leave';
export type Link = (facts: ChainFacts, sdk: Sdk) => Step;

type Reaction = 'next' | 'leave' | 'stop';

/** What an SDK does about a place that is set and gives nothing; without more said, it stops there. */
interface Manner {
  incomplete?: Reaction | ((fault: PlaceFault) => Reaction);
  fails?: Reaction;
  /** Where credentials that have expired are not used like any others. */
  expired?: Reaction;
  /** Where it works for us and not for the SDK; as if it failed, if nothing is said. */
  refused?: Reaction;
}

const ACCESS_KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_ACCESS_KEY = 'AWS_SECRET_ACCESS_KEY';
const RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

export const stopsAt = (place: PlaceName | null, why: WhyCode, name = ''): Outcome => ({
  kind: 'stops',
  place,
  why,
  name,
});

export const isExpired = ({ remaining }: Place): boolean => remaining !== null && remaining <= 0;

/** The token stands under a name that none but botocore reads. */
const lacksToken = ({ accessKeyId, notes }: Place, sdk: Sdk) =>
  sdk !== 'botocore' && /^ASIA/.test(accessKeyId) && notes.some(({ code }) => code === 'ONLY_OLD_TOKEN');

/** One place, whatever the SDK's manner. */
export function at(name: PlaceName, manner: Manner = {}): Link {
  const { incomplete = 'stop', fails = 'stop', expired, refused = fails } = manner;
  return ({ places }, sdk) => {
    const place = places[name];
    const react = (reaction: Reaction, why: WhyCode) => (reaction === 'stop' ? stopsAt(name, why) : reaction);
    if (place.state === 'absent') return 'next';
    if (place.fault?.code === 'NO_SESSION_TOKEN')
      return { kind: 'wins', place: name, flaw: 'NO_SESSION_TOKEN' };
    if (place.state === 'incomplete') {
      return react(typeof incomplete === 'string' ? incomplete : incomplete(place.fault!), 'INCOMPLETE');
    }
    const objection = objectionTo(place, sdk);
    if (objection !== null) return objection.kind === 'stops' && refused !== 'stop' ? refused : objection;
    if (place.state === 'fails') return react(fails, 'FAILED');
    if (lacksToken(place, sdk)) return { kind: 'wins', place: name, flaw: 'NO_SESSION_TOKEN' };
    if (!isExpired(place)) return { kind: 'wins', place: name, flaw: null };
    return expired === undefined ? { kind: 'wins', place: name, flaw: 'EXPIRED' } : react(expired, 'EXPIRED');
  };
}

/** Links that are one to the chain. */
export function group(...links: Link[]): Link {
  return (facts, sdk) => {
    for (const link of links) {
      const step = link(facts, sdk);
      if (step === 'leave') return 'next';
      if (step !== 'next') return step;
    }
    return 'next';
  };
}

/** The link, where the facts are so. */
export const when =
  (condition: (facts: ChainFacts) => boolean, link: Link): Link =>
  (facts, sdk) =>
    condition(facts) ? link(facts, sdk) : 'next';

/** Names from before there was an agreement, by who still reads them. */
const OLD_NAMES: Partial<Record<Sdk, { keyId?: string; secretKey: string }>> = {
  go: { keyId: 'AWS_ACCESS_KEY', secretKey: 'AWS_SECRET_KEY' },
  rust: { secretKey: 'SECRET_ACCESS_KEY' },
  dotnet: { secretKey: 'AWS_SECRET_KEY' },
};

/** The variables of old that this SDK makes a pair with; none where the usual names do or nothing does. */
export function oldNamesUsed({ set }: Pick<ChainFacts, 'set'>, sdk: Sdk): string[] {
  const names = OLD_NAMES[sdk];
  if (names === undefined) return [];
  const keyId = set.has(ACCESS_KEY_ID) ? ACCESS_KEY_ID : names.keyId;
  const secretKey = set.has(SECRET_ACCESS_KEY) ? SECRET_ACCESS_KEY : names.secretKey;
  if (keyId === undefined || !set.has(keyId) || !set.has(secretKey)) return [];
  return [keyId, secretKey].filter((name) => name !== ACCESS_KEY_ID && name !== SECRET_ACCESS_KEY);
}

/** The variables of the environment, which all read alike but for their old names. */
export const environment =
  (manner: Manner): Link =>
  (facts, sdk) =>
    oldNamesUsed(facts, sdk).length > 0
      ? { kind: 'unknown', place: 'environment', why: 'OLD_NAMES', name: '' }
      : at('environment', manner)(facts, sdk);

/** A URI that is set to nothing, and would be used if it were something. */
export function blankUri({ set, blank }: ChainFacts): string | null {
  if (blank.has(RELATIVE_URI)) return RELATIVE_URI;
  return blank.has(FULL_URI) && !set.has(RELATIVE_URI) ? FULL_URI : null;
}

/** Container endpoints for those to whom a blank URI is one that does not work. */
export const containerUnlessBlank =
  (blankMeans: 'stop' | 'next', manner: Manner = {}): Link =>
  (facts, sdk) => {
    const blank = blankUri(facts);
    if (blank === null) return at('container', manner)(facts, sdk);
    return blankMeans === 'next' ? 'next' : stopsAt('container', 'BLANK_VARIABLE', blank);
  };
