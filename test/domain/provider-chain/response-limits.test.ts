import { describe, expect, test } from 'vitest';
import { resolveChain } from '../../../src/domain/provider-chain/chains/resolve.ts';
import { type Client, OTHER_CLIENTS, SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { createProvider } from '../../../src/domain/provider-chain/providers.ts';
import type { ResponseTimes } from '../../../src/domain/provider-chain/response-times/response-times.ts';
import { createFacts, withCredentials } from '../../support/domain/facts.ts';

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
    expect(listFailing('imds', { slowestMs: 501 })).toEqual(['go', 'terraform', 'rclone']);
    expect(listFailing('imds', { slowestMs: 1001 })).toEqual(
      CLIENTS.filter((each) => each !== 'dotnet' && each !== 'rclone-1.67'),
    );
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

describe('a role that is assumed with the credentials of an endpoint', () => {
  const roleSession = {
    ...{ durationSeconds: null, base: null, source: null, sourceProfile: null },
    ...{ needsMfa: false, mfaProfileOfGo: null, endpoint: 'imds' },
  } as const;
  const role = { state: 'untried', profileFile: 'credentials', roleSession } as const;
  const times = (slowestMs: number): ResponseTimes => ({ slowestMs, tokenMs: null, configuredMs: null });
  const resolveRole = (
    imds: Parameters<typeof withCredentials>[0],
    endpoint: 'imds' | 'container' = 'imds',
  ) => {
    const facts = createFacts({
      imds: withCredentials(imds),
      'profile-role': { ...role, roleSession: { ...roleSession, endpoint } },
    });
    return (client: Client) => resolveChain(client, facts);
  };

  test('clients that do not wait for the endpoint do not get the role', () => {
    const failing = (slowestMs: number) =>
      CLIENTS.filter((client) => resolveRole({ responseTimes: times(slowestMs) })(client).kind !== 'wins');
    expect(failing(500)).toEqual([]);
    expect(failing(501)).toEqual(['go', 'terraform', 'rclone']);
    expect(failing(1001)).toEqual(CLIENTS.filter((each) => each !== 'dotnet' && each !== 'rclone-1.67'));
  });

  test('most clients stop at the role, and Java, JavaScript and PHP try IMDS itself', () => {
    const outcome = resolveRole({ responseTimes: times(1550) });
    const cause = { reason: 'TOO_SLOW', responseMs: 1550, limitMs: 1000 };
    expect(outcome('botocore')).toEqual({ kind: 'stops', provider: 'profile-role', cause });
    expect(outcome('go')).toMatchObject({ provider: 'profile-role', cause: { limitMs: 500 } });
    for (const client of ['java', 'javascript', 'php'] as const)
      expect(outcome(client)).toEqual({ kind: 'stops', provider: 'imds', cause });
  });

  test('a slow endpoint that the role does not use changes nothing', () => {
    const outcome = resolveRole({ responseTimes: times(1550) }, 'container');
    for (const client of CLIENTS) expect(outcome(client)).toMatchObject({ kind: 'wins' });
  });

  test('a client that rejects the endpoint cannot assume the role', () => {
    expect(resolveRole({ notes: [{ code: 'IMDS_V1_USED' }] })('rust')).toMatchObject({
      ...{ kind: 'stops', provider: 'profile-role' },
      cause: { reason: 'REJECTED_BY_SDK', note: 'IMDS_V1_USED' },
    });
    const notes = [{ code: 'DISABLED_FOR_SOME_SDKS', name: 'AWS_EC2_METADATA_DISABLED' }] as const;
    expect(resolveRole({ notes })('javascript')).toMatchObject({ kind: 'wins', provider: 'profile-role' });
  });
});
