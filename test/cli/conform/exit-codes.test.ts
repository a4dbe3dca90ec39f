import { describe, expect, test } from 'vitest';
import { SHAPES } from '../../../src/server/endpoint-request.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

// A check waits for the end of a token.
describe.concurrent('the exit code of conform', () => {
  test.for(sampleCases(SHAPES, 4))(
    'the exit code is 0 if the environment names an endpoint of %s',
    async (shape, { onTestFinished }) => {
      const { environments } = await startSimulated({ shapes: [shape], imds: 'v2' }, onTestFinished);
      const { code, stdout } = await runCommand(['conform', '--strict'], { env: environments[shape] });
      expect({ code, stdout }).toMatchObject({ code: 0 });
    },
  );

  test('the exit code is 2 if the time to watch is too short', async () => {
    const run = await runCommand(['conform', 'http://127.0.0.1:9', '--watch', '30s']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^error: .*too short.*\nhint: use at least 1m/);
  });

  test.for(sampleCases(['no-role', 'error'], 2))(
    'the exit code is 3 with the fault %s',
    async (fault, { onTestFinished }) => {
      const { origin } = await startSimulated({ imds: 'v2', faults: [fault] }, onTestFinished);
      expect((await runCommand(['conform', origin, '--shape', 'imds'])).code).toBe(3);
    },
  );
});
