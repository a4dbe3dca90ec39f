import { join } from 'node:path';
import { resolveChain } from '../../../src/domain/provider-chain/chains/resolve.ts';
import { getClientProvider } from '../../../src/domain/provider-chain/client-facts.ts';
import type { Client } from '../../../src/domain/provider-chain/clients.ts';
import type { ChainOutcome } from '../../../src/domain/provider-chain/outcome.ts';
import type { ChainFacts } from '../../../src/domain/provider-chain/providers.ts';
import { probeProviders } from '../../../src/sources/probe/probe.ts';
import { withoutResponseTimes } from '../domain/facts.ts';
import {
  CASES,
  expectedOtherOutcomes,
  expectedOutcomes,
  type ShadowingCase,
  setUp,
} from '../domain/shadowing-case.ts';
import { options } from '../sources/polling.ts';

/** The key id that our STS returns. */
const STS_KEY_ID = 'ASIAFALSE0000000STS0';

/** The providers whose credentials come from STS. */
export const NEEDS_STS = /^(web-identity|profile-web-identity|profile-role)$/;

export interface Prediction {
  environment: Record<string, string>;
  /** The key id that the client must get. Null if it must fail. */
  keyId: string | null;
}

/** Sets up a case and predicts the result of a client with our own rules. */
export async function predict(each: ShadowingCase, client: Client): Promise<Prediction> {
  const { environment } = await setUp(each);
  const facts = withoutResponseTimes(await probeProviders(options(environment)));
  return {
    keyId: getKeyId(resolveChain(client, facts), client, facts),
    environment: {
      ...environment,
      AWS_CONFIG_FILE: environment.AWS_CONFIG_FILE ?? join(environment.HOME, '.aws/config'),
      AWS_SHARED_CREDENTIALS_FILE:
        environment.AWS_SHARED_CREDENTIALS_FILE ?? join(environment.HOME, '.aws/credentials'),
    },
  };
}

function getKeyId(outcome: ChainOutcome, client: Client, facts: ChainFacts): string | null {
  if (outcome.kind !== 'wins') return null;
  if (NEEDS_STS.test(outcome.provider)) return STS_KEY_ID;
  return getClientProvider(facts, client, outcome.provider).accessKeyId;
}

export const expectedOutcome = (each: ShadowingCase, client: Client): string =>
  ({ ...expectedOutcomes(each), ...expectedOtherOutcomes(each) })[client];

/** Cases that need no real AWS and whose outcome is known. */
export const listCases = (client: Client) =>
  CASES.filter(
    (each) => each.skipPeers === undefined && !expectedOutcome(each, client).startsWith('unknown'),
  );

/** STS refuses a request that names an MFA device without a code. */
export function lacksMfaCode(body: string): boolean {
  const parameters = new URLSearchParams(body);
  return parameters.has('SerialNumber') && !parameters.has('TokenCode');
}

/** The response of STS to a request with this body. */
export function createStsResponse(body: string): string {
  if (lacksMfaCode(body))
    return '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no code</Message></Error></ErrorResponse>';
  const action = new URLSearchParams(body).get('Action') ?? '';
  const credentials = `<AccessKeyId>${STS_KEY_ID}</AccessKeyId><SecretAccessKey>false-secret</SecretAccessKey>
    <SessionToken>false-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`;
  return `<${action}Response><${action}Result><Credentials>${credentials}</Credentials></${action}Result></${action}Response>`;
}
