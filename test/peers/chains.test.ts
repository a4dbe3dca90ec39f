import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveChains } from '../../src/domain/provider-chain/chains/resolve.ts';
import type { Sdk } from '../../src/domain/provider-chain/clients.ts';
import type { ChainOutcome } from '../../src/domain/provider-chain/outcome.ts';
import { type ChainFacts, getClientProvider } from '../../src/domain/provider-chain/providers.ts';
import { probeProviders } from '../../src/sources/probe/probe.ts';
import { noNetworkNamespace, OWN_NETWORK } from '../support/cli/namespaces.ts';
import { CASES, expectedOutcomes, type ShadowingCase, setUp } from '../support/domain/shadowing-case.ts';
import { AWS_CLI } from '../support/peers/aws-cli.ts';
import { runClient } from '../support/peers/child-client.ts';
import { CLI, JAVASCRIPT } from '../support/peers/clients.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { type SdkChain, startJavaScriptChain } from '../support/peers/javascript-sdk.ts';
import { options } from '../support/sources/polling.ts';
import { sampleCases } from '../support/thorough.ts';

/** The key id that our STS returns. */
const STS_KEY_ID = 'ASIAFALSE0000000STS0';

/** The AWS CLI has no setting for the endpoint of STS. */
const NEEDS_STS = /^(web-identity|profile-web-identity|profile-role)$/;

interface Prediction {
  environment: Record<string, string>;
  /** The key id that the client must get. Null if it must fail. */
  keyId: string | null;
}

/** Sets up a case and predicts the result of an SDK with our own rules. */
async function predict(each: ShadowingCase, sdk: Sdk): Promise<Prediction> {
  const { environment } = await setUp(each);
  const facts = await probeProviders(options(environment));
  return {
    keyId: getKeyId(resolveChains(facts)[sdk], sdk, facts),
    environment: {
      ...environment,
      AWS_CONFIG_FILE: join(environment.HOME, '.aws/config'),
      AWS_SHARED_CREDENTIALS_FILE: join(environment.HOME, '.aws/credentials'),
    },
  };
}

function getKeyId(outcome: ChainOutcome, sdk: Sdk, facts: ChainFacts): string | null {
  if (outcome.kind !== 'wins') return null;
  if (NEEDS_STS.test(outcome.provider)) return STS_KEY_ID;
  return getClientProvider(facts, sdk, outcome.provider).accessKeyId;
}

/** Cases that need no real AWS and whose outcome is known. */
const listCases = (sdk: Sdk) =>
  CASES.filter((each) => each.skipPeers === undefined && !expectedOutcomes(each)[sdk].startsWith('unknown'));

describe(JAVASCRIPT, () => {
  const sts = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(createStsResponse(new URLSearchParams(body).get('Action') ?? ''));
  });
  let client: SdkChain;

  beforeAll(async () => {
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
    client = startJavaScriptChain();
  });
  afterAll(() => {
    client.stop();
    sts.close();
  });

  test.each(sampleCases(listCases('javascript'), 4))(
    'a client gets the predicted credentials in the case $name',
    async (each) => {
      const { environment, keyId } = await predict(each, 'javascript');
      const { port } = sts.address() as AddressInfo;
      const endpoint = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
      const { held, stderr } = await client.obtain({ ...endpoint, ...environment });
      expect(held?.accessKeyId ?? null, stderr).toBe(keyId);
    },
  );
});

function createStsResponse(action: string): string {
  const credentials = `<AccessKeyId>${STS_KEY_ID}</AccessKeyId><SecretAccessKey>false-secret</SecretAccessKey>
    <SessionToken>false-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`;
  return `<${action}Response><${action}Result><Credentials>${credentials}</Credentials></${action}Result></${action}Response>`;
}

const cliCases = listCases('botocore').filter(
  (each) => each.skipCli === undefined && !NEEDS_STS.test(expectedOutcomes(each).botocore),
);

describeClient(CLI, AWS_CLI, () => {
  // The client takes a second to start.
  test.each(sampleCases(cliCases, 20))(
    'a client gets the predicted credentials in the case $name',
    async (each) => {
      const { environment, keyId } = await predict(each, 'botocore');
      // In the network of this machine, the client would send requests to the real address of the ECS agent.
      const isIsolated = each.cli === 'isolated';
      if (isIsolated) expect(noNetworkNamespace).toBeNull();
      const command = [AWS_CLI.program, 'configure', 'export-credentials', '--format', 'process'];
      const { stdout, stderr } = await runClient(isIsolated ? [...OWN_NETWORK, ...command] : command, {
        AWS_METADATA_SERVICE_TIMEOUT: '10',
        ...environment,
      });
      const accessKeyId = stdout.trim() === '' ? null : JSON.parse(stdout).AccessKeyId;
      expect(accessKeyId, stderr).toBe(keyId);
    },
  );
});
