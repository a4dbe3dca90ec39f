import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { resolveChain } from '../../src/domain/provider-chain/chains/resolve.ts';
import type { Client } from '../../src/domain/provider-chain/clients.ts';
import { probeProviders } from '../../src/sources/probe/probe.ts';
import { AWS_CLI, obtainByAwsCli } from '../support/peers/aws-cli.ts';
import type { ObtainCredentials } from '../support/peers/client.ts';
import { CLI, JAVASCRIPT } from '../support/peers/clients.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { obtainByJavaScript } from '../support/peers/javascript-sdk.ts';
import { obtainByRclone, RCLONE } from '../support/peers/rclone.ts';
import { type SimulatedOptions, startSimulated } from '../support/server/simulated-endpoint.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const DOCUMENT = 'path=*/security-credentials/*';
const TOKEN = 'path=/latest/api/token';

interface Case extends Pick<SimulatedOptions, 'faults' | 'imds'> {
  when: string;
  shape: 'imds' | 'ecs';
  timeout?: string;
  /** Whether the client gets credentials. */
  botocore: boolean;
  javascript: boolean;
}

const CASES: readonly Case[] = [
  {
    when: 'IMDS takes 1.5 s for the credentials',
    ...{ shape: 'imds', faults: [`stall=1500ms,${DOCUMENT}`], botocore: false, javascript: false },
  },
  {
    when: 'IMDS takes 1.5 s for the credentials, and AWS_METADATA_SERVICE_TIMEOUT is 10',
    ...{
      shape: 'imds',
      faults: [`stall=1500ms,${DOCUMENT}`],
      timeout: '10',
      botocore: true,
      javascript: false,
    },
  },
  {
    when: 'a container endpoint takes 1.5 s',
    ...{ shape: 'ecs', faults: ['stall=1500ms'], botocore: true, javascript: true },
  },
  {
    when: 'IMDS takes 0.2 s for every response',
    ...{ shape: 'imds', faults: ['stall=200ms'], botocore: true, javascript: true },
  },
  {
    when: 'IMDS takes 1.3 s for the token, and IMDSv1 works',
    ...{ shape: 'imds', faults: [`stall=1300ms,${TOKEN}`], botocore: true, javascript: true },
  },
  {
    when: 'IMDS takes 1.3 s for the token, and IMDSv1 is disabled',
    ...{ shape: 'imds', imds: 'v2', faults: [`stall=1300ms,${TOKEN}`], botocore: false, javascript: false },
  },
  {
    when: 'a container endpoint takes 3 s',
    ...{ shape: 'ecs', faults: ['stall=3s'], botocore: false, javascript: true },
  },
];

const sampled = sampleCases(CASES, 3);

async function compare(each: Case, client: Client, obtain: ObtainCredentials, isServed: boolean) {
  const { shape, timeout } = each;
  const { environments } = await startSimulated({ ...each, shapes: [shape] });
  const environment = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1/',
    ...environments[shape],
    ...(timeout === undefined ? {} : { AWS_METADATA_SERVICE_TIMEOUT: timeout }),
  };
  const options = { env: environment, clock: systemClock, random: () => 0.5 };
  const [facts, { held, stderr }] = await Promise.all([
    probeProviders(options),
    // The time limit that rclone then gets is shorter than its own.
    obtain(environment, { isEndpointSilent: client !== 'rclone-1.67' }),
  ]);
  expect(held !== null, stderr).toBe(isServed);
  return resolveChain(client, facts).kind === 'wins';
}

describe(JAVASCRIPT, () => {
  test.each(sampled)('if $when, the client gets what `sources` predicts', async (each) => {
    const { javascript } = each;
    expect(await compare(each, 'javascript', obtainByJavaScript, javascript)).toBe(javascript);
  });
});

describeClient(CLI, AWS_CLI, () => {
  test.each(sampled)('if $when, the client gets what `sources` predicts', async (each) => {
    const { botocore } = each;
    expect(await compare(each, 'botocore', obtainByAwsCli, botocore)).toBe(botocore);
  });
});

// rclone takes up to ten seconds per case. The unit tests of its chain cover its rules.
describeClient('rclone', RCLONE, () => {
  ciTest.each(CASES)('if $when, the client gets credentials, as `sources` predicts', async (each) => {
    expect(await compare(each, 'rclone-1.67', obtainByRclone, true)).toBe(true);
  });
});
