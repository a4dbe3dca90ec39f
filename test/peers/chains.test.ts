import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChainFacts, ChainOutcome, Sdk } from '../../src/domain/provider-chain/providers.ts';
import { resolveChains } from '../../src/domain/provider-chain/sdk-chains.ts';
import { probeProviders } from '../../src/sources/probe/probe.ts';
import { noNetworkNamespace, OWN_NETWORK } from '../support/cli/namespaces.ts';
import { CASES, expectedEnds, type ShadowingCase, setUp } from '../support/domain/shadowing-case.ts';
import { AWS_CLI } from '../support/peers/aws-cli.ts';
import { runClient, startClient } from '../support/peers/child-client.ts';
import { CLI, JAVASCRIPT } from '../support/peers/clients.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { options } from '../support/sources/polling.ts';

/** What STS would hand out to whoever assumes a role. */
const ASSUMED = 'ASIAFALSE0000000STS0';

interface World {
  environment: Record<string, string>;
  /** The key id that the client must come up with; null where it must fail. */
  keyId: string | null;
}

/** The case as its client finds it, and what our own rules say will happen. */
async function predict(each: ShadowingCase, sdk: Sdk): Promise<World> {
  const { environment } = await setUp(each);
  const facts = await probeProviders(options(environment));
  const outcome = resolveChains(facts)[sdk];
  const home = environment.HOME!;
  return {
    keyId: keyIdOf(outcome, facts),
    environment: {
      ...environment,
      AWS_CONFIG_FILE: join(home, '.aws/config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws/credentials'),
    },
  };
}

function keyIdOf(outcome: ChainOutcome, { providers }: ChainFacts): string | null {
  if (outcome.kind !== 'wins') return null;
  const place = providers[outcome.provider];
  return place.state === 'untried' ? ASSUMED : place.accessKeyId;
}

/** Cases that need no real AWS, and whose end can be compared: what was not tried here cannot. */
const askedOf = (sdk: Sdk) =>
  CASES.filter((each) => each.peers === undefined && !expectedEnds(each)[sdk]!.startsWith('unknown'));

describe(JAVASCRIPT, () => {
  const sts = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    answer.writeHead(200, { 'content-type': 'text/xml' });
    answer.end(assumed(new URLSearchParams(body).get('Action') ?? ''));
  });
  let client: ReturnType<typeof startClient>;
  let answers: AsyncIterator<string>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
    const program = fileURLToPath(new URL('../support/peers/chain-client.mjs', import.meta.url));
    client = startClient([process.execPath, program], {});
    answers = createInterface({ input: client.child.stdout })[Symbol.asyncIterator]();
  });
  afterAll(() => {
    client.child.kill('SIGKILL');
    sts.close();
  });

  test.each(askedOf('javascript'))('$name', async (each) => {
    const { environment, keyId } = await predict(each, 'javascript');
    const { port } = sts.address() as AddressInfo;
    const endpoint = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    client.child.stdin.write(`${JSON.stringify({ ...endpoint, ...environment })}\n`);
    const { value, done } = await answers.next();
    expect(done, client.written.stderr).not.toBe(true);
    const { accessKeyId = null, error = '' } = JSON.parse(value);
    expect(accessKeyId, error).toBe(keyId);
  });
});

function assumed(action: string): string {
  const credentials = `<AccessKeyId>${ASSUMED}</AccessKeyId><SecretAccessKey>false-secret</SecretAccessKey>
    <SessionToken>false-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`;
  return `<${action}Response><${action}Result><Credentials>${credentials}</Credentials></${action}Result></${action}Response>`;
}

/** Each costs most of a second: a few tell enough, but for CI. */
const isThorough = (process.env.CI ?? '') !== '';

/** It has no setting that would lead its STS elsewhere. */
const NEEDS_STS = /^(web-identity|profile-role)$/;

const forCli = askedOf('botocore').filter((each) => {
  if (NEEDS_STS.test(expectedEnds(each).botocore!)) return false;
  if (!isThorough) return each.cli === 'always';
  return each.cli === undefined || each.cli === 'always' || each.cli === 'isolated';
});

describeClient(CLI, AWS_CLI, () => {
  test.each(forCli)('$name', async (each) => {
    const { environment, keyId } = await predict(each, 'botocore');
    // Without a network of its own it would ask the real address of ECS.
    const isIsolated = each.cli === 'isolated';
    if (isIsolated) expect(noNetworkNamespace).toBeNull();
    const command = [AWS_CLI.program, 'configure', 'export-credentials', '--format', 'process'];
    const { stdout, stderr } = await runClient(isIsolated ? [...OWN_NETWORK, ...command] : command, {
      AWS_METADATA_SERVICE_TIMEOUT: '10',
      ...environment,
    });
    const held = stdout.trim() === '' ? null : JSON.parse(stdout).AccessKeyId;
    expect(held, stderr).toBe(keyId);
  });
});
