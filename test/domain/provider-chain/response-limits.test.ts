import { describe, expect, test } from 'vitest';
import { resolveChain } from '../../../src/domain/provider-chain/chains/resolve.ts';
import type { ResponseTimes } from '../../../src/domain/provider-chain/chains/response-limits.ts';
import { type Client, OTHER_CLIENTS, SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { createProvider } from '../../../src/domain/provider-chain/providers.ts';
import { createFacts } from '../../support/domain/facts.ts';

const CLIENTS: readonly Client[] = [...SDKS, ...OTHER_CLIENTS];

/** How the chain of each client ends at an endpoint with these response times. */
function resolve(
  name: 'imds' | 'container',
  { tokenMs = null, configuredMs = null, ...times }: Partial<ResponseTimes> & { slowestMs: number },
  doesImdsV1Work: boolean | null = null,
) {
  const responseTimes = { ...times, tokenMs, configuredMs };
  const provider = createProvider(name, { state: 'answers', accessKeyId: 'ASIA1', responseTimes });
  const facts = { ...createFacts({ [name]: provider }), doesImdsV1Work };
  return (client: Client) => resolveChain(client, facts);
}

const listFailing = (...given: Parameters<typeof resolve>) =>
  CLIENTS.filter((client) => resolve(...given)(client).kind !== 'wins');

describe('IMDS', () => {
  test('clients that wait for 0.5 s or 1 s do not get slower credentials', () => {
    expect(listFailing('imds', { slowestMs: 500 })).toEqual([]);
    expect(listFailing('imds', { slowestMs: 501 })).toEqual(['go', 'terraform', 'rclone', 'rclone-1.67']);
    expect(listFailing('imds', { slowestMs: 1001 })).toEqual(CLIENTS.filter((each) => each !== 'dotnet'));
    expect(resolve('imds', { slowestMs: 1550 })('botocore')).toEqual({
      kind: 'stops',
      provider: 'imds',
      cause: { reason: 'TOO_SLOW', responseMs: 1550, limitMs: 1000 },
    });
  });

  test('AWS_METADATA_SERVICE_TIMEOUT changes the limit of clients that read it', () => {
    const longer = listFailing('imds', { slowestMs: 3000, configuredMs: 10_000 });
    expect(longer).not.toContain('botocore');
    expect(longer).not.toContain('php');
    expect(longer).toContain('javascript');
    expect(listFailing('imds', { slowestMs: 300, configuredMs: 200 })).toEqual(['botocore', 'java', 'php']);
  });

  test('the result of Java depends on its version if only the variable allows the response', () => {
    const java = (configuredMs: number) => resolve('imds', { slowestMs: 3000, configuredMs })('java');
    expect(java(10_000)).toEqual({ kind: 'unknown', provider: 'imds', cause: { reason: 'VERSION' } });
    expect(java(2000)).toMatchObject({ kind: 'stops', cause: { limitMs: 2000 } });
  });

  test('a late token stops only clients without IMDSv1, unless IMDSv1 is disabled', () => {
    const times = { slowestMs: 10, tokenMs: 1300 };
    expect(listFailing('imds', times, true)).toEqual(['rust']);
    expect(listFailing('imds', times, false)).toContain('botocore');
    expect(listFailing('imds', { slowestMs: 10, tokenMs: 400 })).toEqual([]);
  });
});

describe('a container endpoint', () => {
  test('each client has its own limit, and some have none', () => {
    expect(listFailing('container', { slowestMs: 900 })).toEqual([]);
    expect(listFailing('container', { slowestMs: 1900 })).toEqual(['java', 'php']);
    expect(listFailing('container', { slowestMs: 3000 })).toEqual(['botocore', 'java', 'php']);
    expect(listFailing('container', { slowestMs: 5400 })).toEqual([
      'botocore',
      'java',
      'rust',
      'ruby',
      'php',
    ]);
  });
});
