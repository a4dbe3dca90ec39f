import { expect, test } from 'vitest';
import type { ChainFacts } from '../../../src/domain/provider-chain/providers.ts';
import { describeRemovalOfBoth } from '../../../src/report/messages/provider-chain/profile-variables.ts';
import { createFacts, type KnownProviders, withCredentials } from '../../support/domain/facts.ts';

const EXPIRED = withCredentials({ remaining: -60 });
const WITHOUT_TOKEN = {
  state: 'incomplete',
  profileFile: 'credentials',
  problem: { code: 'NO_SESSION_TOKEN' },
} as const;

/** A job with keys in the environment and in the profile `old` of AWS_PROFILE, and with a container endpoint. */
function describe(known: KnownProviders, more: Partial<ChainFacts> = {}): string | null {
  const container = withCredentials({ role: 'loader' });
  const facts = createFacts(
    { environment: EXPIRED, profile: WITHOUT_TOKEN, container, ...known },
    { setVariables: new Set(['AWS_PROFILE']), defaultProfile: { exists: false, providers: {} }, ...more },
  );
  return describeRemovalOfBoth({ ...facts, profile: { ...facts.profile, name: 'old', isNamed: true } });
}

test('if neither the keys in the environment nor those of AWS_PROFILE work, one hint removes both', () => {
  expect(describe({})).toMatch(
    /^unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_PROFILE: then every SDK uses the container endpoint \(role loader/,
  );
});

test.each<[string, KnownProviders, Partial<ChainFacts>]>([
  ['the keys in the environment work', { environment: withCredentials() }, {}],
  ['the profile works', { profile: withCredentials({ profileFile: 'credentials' }) }, {}],
  ['only the profile has keys', { environment: {} }, {}],
  ['no endpoint is set up', { container: {} }, {}],
  [
    'the profile default has broken keys too',
    {},
    {
      defaultProfile: {
        exists: true,
        providers: { profile: { ...createFacts().providers.profile, ...WITHOUT_TOKEN } },
      },
    },
  ],
])('no hint removes both if %s', (_, known, more) => {
  expect(describe(known, more)).toBeNull();
});
