import { expect, test } from 'vitest';
import { nameSeries } from '../../../../src/cli/serving/roles/name-series.ts';
import type { SourceName } from '../../../../src/domain/model.ts';
import type { RenamedRole } from '../../../../src/report/messages/serving/roles.ts';
import type { CredentialSource, PolledCredentials } from '../../../../src/sources/source.ts';

const createSource = (
  role: string | null,
  { name = 'profile', delay = 0 }: { name?: SourceName; delay?: number } = {},
): CredentialSource => ({
  name,
  endpoint: null,
  async poll() {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const identity = { apiVersion: null, role, host: null, source: null };
    return { ok: true, identity } as unknown as PolledCredentials;
  },
});

async function pollAll(named: readonly [string | null, CredentialSource][]) {
  const renamed: RenamedRole[] = [];
  const sources = nameSeries(
    named.map(([name, source]) => ({ name, source })),
    (each) => renamed.push(each),
  );
  const pollOnce = () => Promise.all(sources.map(async (each) => (await each.poll()).identity.role));
  return { first: await pollOnce(), second: await pollOnce(), renamed };
}

test('a source without a role name gets the name of --serve', async () => {
  const { first, renamed } = await pollAll([
    ['etl', createSource(null)],
    ['ops', createSource('operator')],
    [null, createSource(null)],
  ]);
  expect(first).toEqual(['etl', 'operator', null]);
  expect(renamed).toEqual([]);
});

test('the first of two equal role names stays, also if its source is slower, and the other is reported once', async () => {
  const { first, second, renamed } = await pollAll([
    ['prod', createSource('deploy', { delay: 30 })],
    ['test', createSource('deploy')],
    ['sign', createSource('deploy', { name: 'sso' })],
  ]);
  expect(first).toEqual(['deploy', 'test', 'deploy']);
  expect(second).toEqual(first);
  expect(renamed).toEqual([{ name: 'test', role: 'deploy', recordedAs: 'test' }]);
});

test('a name that is the role name of another source is not used', async () => {
  const { first } = await pollAll([
    ['a', createSource('b')],
    ['b', createSource('b')],
  ]);
  expect(first).toEqual(['b', 'b-2']);
});
