import { expect, test, vi } from 'vitest';
import { startProgram } from '../../support/cli/built-program.ts';
import { textWritten } from '../../support/cli/text-written.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

ciTest('--watch sees the rotations of a fast simulator', async () => {
  const rotationTiming = { lifetime: 60, rotateEvery: 20, jitter: 0 };
  const { origin } = await startSimulated({ imds: 'v2', rotationTiming });
  const { done } = startProgram(['conform', origin, '--shape', 'imds', '--watch', '1m', '-f', 'json'], {
    timeoutMs: 90_000,
  });
  const { code, stdout } = await done;
  const { watch, checks } = JSON.parse(stdout);
  expect(watch).toMatchObject({ planned_seconds: 60, watched_seconds: 60, failed_read_count: 0 });
  expect(watch.rotation_count).toBeGreaterThanOrEqual(1);
  const failed = checks.flatMap(({ id, outcome }: Record<string, string>) =>
    outcome === 'failed' ? [id] : [],
  );
  // Credentials of a minute are in the refresh windows of all SDKs.
  expect(failed.sort()).toEqual(['remaining-validity', 'rotation-overlap']);
  expect(code).toBe(1);
});

test('a signal ends --watch with the results until then', async () => {
  const { origin } = await startSimulated({ imds: 'v2' });
  const { child, done } = startProgram(['conform', origin, '--shape', 'imds', '--watch', '1h', '--strict']);
  await textWritten(child.stderr, 'the checks have ended');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await done;
  expect(code).toBe(0);
  expect(stdout).toContain('conforms');
  expect(stderr).toMatch(
    /^note: the checks have ended; watching the endpoint for 1h\nnote: SIGINT received: the endpoint was watched for \d+s of 1h\n$/,
  );
});

test('a signal before --watch ends the checks', async () => {
  const endpoint = await startEndpoint(() => 'silence');
  const { child, done } = startProgram(['conform', endpoint.url, '--shape', 'imds', '--watch', '1h']);
  await vi.waitUntil(() => endpoint.requests.length > 0, { timeout: 10_000 });
  child.kill('SIGINT');
  const { code, stdout, stderr } = await done;
  expect(code).toBe(3);
  expect(stdout).toContain('unknown');
  expect(stderr).toBe('note: SIGINT received: not every check was made\n');
});
