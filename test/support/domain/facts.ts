import {
  type ChainFacts,
  PLACE_NAMES,
  type Place,
  type PlaceName,
  placeOf,
} from '../../../src/domain/provider-chain/providers.ts';

type Known = Partial<Omit<Place, 'name'>>;

/** Nothing is set anywhere, but for what a test says of a place. */
export function facts(
  known: Partial<Record<PlaceName, Known>> = {},
  more: Partial<Omit<ChainFacts, 'places'>> = {},
): ChainFacts {
  const places = PLACE_NAMES.map((name) => [name, placeOf(name, known[name])] as const);
  return {
    now: Date.UTC(2026, 10, 22),
    places: Object.fromEntries(places) as Record<PlaceName, Place>,
    set: new Set(),
    blank: new Set(),
    profile: { name: 'default', named: false, exists: true, othersExist: true },
    ...more,
  };
}

export const answers = (more: Known = {}): Known => ({
  state: 'answers',
  accessKeyId: 'ASIAFALSE00000000001',
  session: true,
  ...more,
});
