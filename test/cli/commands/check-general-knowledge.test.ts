import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { metadataService, ROLES, roleDocument } from '../../support/cli/metadata-script.ts';
import { fixturePath } from '../../support/cli/program-run.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { runAt } from '../../support/docs/run-at.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const TITLE = 'general knowledge (not measured here; it changes no verdict)';

/** Credentials that were issued ten minutes ago and expire in six hours. */
async function check(args: readonly string[], variables: Record<string, string> = {}) {
  const document = roleDocument({ expiresIn: 21_600, issuedIn: -600 });
  const endpoint = await startEndpoint(
    metadataService({ [`GET ${ROLES}loader`]: { body: document }, 'GET /credentials': { body: document } }),
  );
  const { origin } = new URL(endpoint.url);
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url,
    ...Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value.replace('ORIGIN', origin)]),
    ),
  };
  return runCommand(['check', '--db', join(temporaryFolder(), 'samples.db'), ...args], { env });
}

async function checkJson(args: readonly string[], variables?: Record<string, string>) {
  const document = JSON.parse((await check([...args, '-f', 'json'], variables)).stdout);
  expect(findViolations('check', document)).toEqual([]);
  return document;
}

describe('check without a history', () => {
  test('a start that is not safe has general knowledge below its reasons', async () => {
    const { code, stdout } = await check(['-j', '7h']);
    expect(code).toBe(1);
    const [verdict = '', knowledge = ''] = stdout.split(TITLE);
    expect(verdict).toMatch(/^not safe: [\s\S]*\n\n$/);
    expect(knowledge).toContain('IMDS of EC2');
  });

  test('a safe start has no general knowledge, but its JSON output has', async () => {
    const { code, stdout } = await check(['-j', '1h']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('general knowledge');
    const { verdict, general_knowledge: entries } = await checkJson(['-j', '1h']);
    expect(verdict).toBe('safe');
    expect(entries).toMatchObject([{ source: 'imds', environment: 'imds', certain: true }]);
  });

  test('one line for Nagios has no general knowledge', async () => {
    const { stdout } = await check(['-j', '7h', '--exit-codes', 'nagios']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('the variables of this process name the environment of a container', async () => {
    const ofCodebuild = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'ORIGIN/credentials',
      CODEBUILD_BUILD_ID: 'build:1',
    };
    const { source, general_knowledge: entries } = await checkJson(['-j', '7h'], ofCodebuild);
    expect(source).toBe('container');
    expect(entries).toMatchObject([{ environment: 'codebuild', certain: true }]);
  });

  test('a local credential server has no general knowledge', async () => {
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'ORIGIN/credentials' };
    expect((await checkJson(['-j', '7h'], variables)).general_knowledge).toEqual([]);
    expect((await check(['-j', '7h'], variables)).stdout).not.toContain('general knowledge');
  });

  test('a failed poll has no general knowledge', async () => {
    const nowhere = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' };
    const { stdout, code } = await check(['-j', '1h'], nowhere);
    expect(code).toBe(3);
    expect(stdout).not.toContain('general knowledge');
    expect((await checkJson(['-j', '1h'], nowhere)).general_knowledge).toEqual([]);
  });
});

test('check with a forecast has no general knowledge', async () => {
  const folder = fixturePath('histories/overdue-after-hourly-rotations');
  const now = Date.parse(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')).now);
  const home = temporaryFolder();
  const env = { HOME: home, CRED_WATCH_DB: join(home, 'samples.db') };
  expect((await runAt(now, ['import', join(folder, 'observations.ndjson')], env)).code).toBe(0);
  const selection = ['--offline', '--source', 'imds', '--host', 'h', '--max-age', '1d'];
  const check = (...args: string[]) => runAt(now, ['check', ...selection, '-j', '7h', ...args], env);
  const { next_rotation: forecast, general_knowledge: entries } = JSON.parse(
    (await check('-f', 'json')).output,
  );
  expect(forecast).not.toBeNull();
  expect(entries).toEqual([]);
  expect((await check()).output).not.toContain('general knowledge');
});
