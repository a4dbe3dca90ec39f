import { createServer } from 'node:net';
import { describe, expect, type TestContext, test } from 'vitest';
import { SHAPES } from '../../../src/server/endpoint-request.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';

type Finished = TestContext['onTestFinished'];

/** Checks a simulator with these faults. */
async function conform(finished: Finished, faults: readonly string[], args: readonly string[] = []) {
  const { origin } = await startSimulated({ imds: 'v2', faults }, finished);
  return runCommand(['conform', origin, '--shape', 'imds', ...args]);
}

// A check waits for the end of a token.
describe.concurrent('the exit code of conform', () => {
  test('is 0 for an endpoint that conforms', async ({ onTestFinished }) => {
    expect(await conform(onTestFinished, [], ['--strict'])).toMatchObject({ code: 0, stderr: '' });
  });

  test.for(SHAPES)(
    'is 0 without a URL, if the environment names an endpoint of %s',
    async (shape, context) => {
      const { environments } = await startSimulated({ shapes: [shape], imds: 'v2' }, context.onTestFinished);
      const { code, stdout } = await runCommand(['conform', '--strict'], { env: environments[shape] });
      expect({ code, stdout }).toMatchObject({ code: 0 });
    },
  );

  test('is 1 if a check on which SDKs rely fails', async ({ onTestFinished }) => {
    const { code, stdout } = await conform(onTestFinished, ['field=Code']);
    expect(code).toBe(1);
    expect(stdout).toContain('document-code');
  });

  test('is 0 if only a warning fails, and 1 with --strict', async ({ onTestFinished }) => {
    const faults = ['header=Allow'];
    expect((await conform(onTestFinished, faults)).code).toBe(0);
    expect((await conform(onTestFinished, faults, ['--strict'])).code).toBe(1);
  });

  test.each([
    { title: 'a URL that is not http', args: ['conform', 'ftp://127.0.0.1/'] },
    {
      title: 'a container endpoint without a path',
      args: ['conform', 'http://127.0.0.1:9', '--shape', 'ecs'],
    },
    { title: 'an unknown shape', args: ['conform', 'http://127.0.0.1:9', '--shape', 'lambda'] },
    { title: 'too short a time to watch', args: ['conform', 'http://127.0.0.1:9', '--watch', '30s'] },
  ])('is 2 for $title', async ({ args }) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*\nhint: /);
  });

  test('is 3 if nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const { code, stderr } = await runCommand(['conform', `http://127.0.0.1:${port}`, '--shape', 'imds']);
    expect(code).toBe(3);
    expect(stderr).toContain('could not check');
  });

  test.for(['reset', 'no-role', 'error', '403'])('is 3 with the fault %s', async (fault, context) => {
    expect((await conform(context.onTestFinished, [fault])).code).toBe(3);
  });
});
