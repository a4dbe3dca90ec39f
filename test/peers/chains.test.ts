import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../../src/domain/provider-chain/clients.ts';
import { noNetworkNamespace, OWN_NETWORK } from '../support/cli/namespaces.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import type { ShadowingCase } from '../support/domain/shadowing-case.ts';
import { AWS_CLI } from '../support/peers/aws-cli.ts';
import { runClient } from '../support/peers/child-client.ts';
import { CLI, GO, JAVASCRIPT } from '../support/peers/clients.ts';
import { buildGoClient, findKeyIdByGo, GO_SDK_2 } from '../support/peers/go-sdk.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { type SdkChain, startJavaScriptChain } from '../support/peers/javascript-sdk.ts';
import { startObjectStore } from '../support/peers/object-store.ts';
import {
  createStsResponse,
  expectedOutcome,
  lacksMfaCode,
  listCases,
  NEEDS_STS,
  predict,
} from '../support/peers/predicted-chain.ts';
import { listByRclone, RCLONE } from '../support/peers/rclone.ts';
import { findKeyIdByRuby, RUBY } from '../support/peers/ruby.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';

const sts = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.writeHead(lacksMfaCode(body) ? 403 : 200, { 'content-type': 'text/xml' });
  response.end(createStsResponse(body));
});
const getStsUrl = () => `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;

beforeAll(() => new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve)));
afterAll(() => void sts.close());

describe(JAVASCRIPT, () => {
  let client: SdkChain;

  beforeAll(() => {
    client = startJavaScriptChain();
  });
  afterAll(() => client.stop());

  test.each(sampleCases(listCases('javascript'), 64))(
    'a client gets the predicted credentials in the case $name',
    async (each) => {
      const { environment, keyId } = await predict(each, 'javascript');
      const endpoint = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: getStsUrl() };
      const { held, stderr } = await client.obtain({ ...endpoint, ...environment });
      expect(held?.accessKeyId ?? null, stderr).toBe(keyId);
    },
  );
});

// The AWS CLI has no setting for the endpoint of STS.
const cliCases = listCases('botocore').filter(
  (each) => each.skipCli === undefined && !NEEDS_STS.test(expectedOutcome(each, 'botocore')),
);

describeClient(CLI, AWS_CLI, () => {
  // The client takes a second to start.
  test.each(sampleCases(cliCases, 160))(
    'a client gets the predicted credentials in the case $name',
    async (each) => {
      const { environment, keyId } = await predict(each, 'botocore');
      // In the network of this machine, the client would send requests to the real address of the ECS agent.
      const isIsolated = each.cli === 'isolated';
      if (isIsolated) expect(noNetworkNamespace).toBeNull();
      // Without a terminal, on which the client would ask for a code of an MFA device.
      const noTerminal = ['setsid', '--wait'];
      const program = [AWS_CLI.program, 'configure', 'export-credentials', '--format', 'process'];
      const command = [...noTerminal, ...program];
      const { stdout, stderr } = await runClient(isIsolated ? [...OWN_NETWORK, ...command] : command, {
        AWS_METADATA_SERVICE_TIMEOUT: '10',
        ...environment,
      });
      // The client prints an empty key id too.
      const accessKeyId = stdout.trim() === '' ? null : JSON.parse(stdout).AccessKeyId || null;
      expect(accessKeyId, stderr).toBe(keyId);
    },
  );
});

/** Clients that reject a token without TTL get other keys from IMDSv1 than our poll from IMDSv2. */
const SERVED_BY_V1: readonly string[] = ['instance-token-without-ttl'];

/** Clients that accept any key id return one that AWS refuses. */
const INVALID_KEY_ID: readonly string[] = ['comment-after-key-id'];

// Debian's version does not know the full URI, and sends a blank relative URI to the address of the ECS agent.
const rubyCases = listCases('ruby').filter(
  ({ environment, name }) =>
    !Object.keys(environment).some((variable) => variable.startsWith('AWS_CONTAINER_')) &&
    ![...SERVED_BY_V1, ...INVALID_KEY_ID].includes(name),
);

describeClient('the AWS SDK for Ruby', RUBY, () => {
  test.each(sampleCases(rubyCases, 160))(
    'a client gets the predicted credentials in the case $name',
    async (each) => {
      const { environment, keyId } = await predict(each, 'ruby');
      const found = await findKeyIdByRuby(environment, getStsUrl());
      expect(found.keyId, found.stderr).toBe(keyId);
    },
  );
});

const rcloneCases = listCases('rclone-1.67').filter(({ name }) => !SERVED_BY_V1.includes(name));

describeClient(GO, RCLONE, () => {
  test.each(sampleCases(rcloneCases, 120))(
    'rclone 1.60 gets the predicted credentials in the case $name',
    async (each) => {
      const { environment, keyId } = await predict(each, 'rclone-1.67');
      // The endpoint of rclone is also the one of STS.
      const store = await startObjectStore({ respondToPost: createStsResponse });
      try {
        const { stderr } = await listByRclone(store, '', environment);
        expect(store.signatures[0]?.accessKeyId ?? null, stderr).toBe(keyId);
      } finally {
        store.close();
      }
    },
  );
});

/** Version 1.17 knows neither token files nor the variable of IMDSv1, and its parser fails here. */
const NEEDS_NEWER_GO: readonly string[] = [
  'pod-identity',
  'two-container-tokens',
  'v1-disabled-by-a-number',
  'config-with-byte-order-mark',
  'config-with-unclosed-section',
];

/** Version 1.17 ignores a missing profile. Newer versions, which Terraform has, fail. */
const ignoresProblem = (each: ShadowingCase, client: Client) =>
  client !== 'terraform' && expectedOutcome(each, client) === 'stops: NO_SUCH_PROFILE';

// Only CI compiles the client.
if (isThorough) {
  describeClient('version 2 of the AWS SDK for Go', GO_SDK_2, () => {
    let program: string;

    beforeAll(() => {
      program = buildGoClient(temporaryFolder(afterAll));
    }, 300_000);

    test.each(
      (['go', 'terraform', 'rclone'] as const).flatMap((client) =>
        listCases(client)
          .filter(({ name }) => !SERVED_BY_V1.includes(name) && !NEEDS_NEWER_GO.includes(name))
          .filter((each) => !ignoresProblem(each, client))
          .map((each) => ({ client, name: each.name, each })),
      ),
    )('$client gets the predicted credentials in the case $name', async ({ client, each }) => {
      const { environment, keyId } = await predict(each, client);
      const variant = client === 'terraform' ? 'terraform' : 'sdk';
      const found = await findKeyIdByGo(program, environment, { stsUrl: getStsUrl(), client: variant });
      expect(found.keyId, found.stderr).toBe(keyId);
    });
  });
}
