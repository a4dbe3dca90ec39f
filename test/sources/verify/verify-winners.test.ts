import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import { verifyWinners } from '../../../src/sources/verify/verify-winners.ts';
import { startSts } from '../../support/aws/sts.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createFacts, withCredentials } from '../../support/domain/facts.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIACANARY0000000001', AWS_SECRET_ACCESS_KEY: 'CANARY-secret' };
const OWN = { pid: 4711, isOtherUser: false, hasOtherFiles: false, hasOtherNetwork: false };
const FOUND = withCredentials({ accessKeyId: 'AKIACANARY0000000001', isSession: false });

/** Verifies the only provider of a process. */
async function verify(name: 'environment' | 'profile' | 'imds', observed: Partial<typeof OWN>) {
  const sts = await startSts({ users: { [KEYS.AWS_ACCESS_KEY_ID]: KEYS.AWS_SECRET_ACCESS_KEY }, roles: [] });
  const facts = { ...createFacts({ [name]: FOUND }), observed: { ...OWN, ...observed } };
  const { winners } = await verifyWinners(analyseChains(facts), {
    env: {
      ...KEYS,
      HOME: temporaryFolder(),
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1',
    },
    clock: systemClock,
    random: () => 0,
  });
  return { codes: winners.map(({ problem }) => problem?.code ?? null), requestCount: sts.requests.length };
}

test.each([{ isOtherUser: true }, { hasOtherFiles: true }, { hasOtherNetwork: true }])(
  'the keys in the environment of a process with %j are verified',
  async (observed) => {
    expect(await verify('environment', observed)).toEqual({ codes: [null], requestCount: 1 });
  },
);

// The environment of another user can name a server that collects signatures of root.
test.each([
  ['profile', { isOtherUser: true }, 'OTHER_USER'],
  ['imds', { isOtherUser: true, hasOtherNetwork: true }, 'OTHER_USER'],
  ['profile', { hasOtherFiles: true }, 'OTHER_NAMESPACE'],
  ['imds', { hasOtherNetwork: true }, 'OTHER_NAMESPACE'],
] as const)('credentials of %s are not sent for a process with %j', async (name, observed, code) => {
  expect(await verify(name, observed)).toEqual({ codes: [code], requestCount: 0 });
});

test('credentials of IMDS are read for a process like this one', async () => {
  expect(await verify('imds', {})).toEqual({ codes: ['CREDENTIALS_NOT_READ'], requestCount: 0 });
});
