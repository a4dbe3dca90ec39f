import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { IMDS_MODES, SHAPES, type Shape } from '../../../src/server/endpoint-request.ts';
import { VARIANTS } from '../../../src/server/variants.ts';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import { NAMED_FAULTS } from '../../support/conformance/simulated-faults.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

/** Checks a simulator with the variables that it prints. */
async function checkSimulator(
  shape: Shape,
  { watchSeconds, ...options }: SimulatedOptions & { watchSeconds?: number },
) {
  const clock = createJumpingClock();
  const simulator = await startSimulated({ shapes: [shape], imds: 'v2', ...options, clock: clock.ofServer });
  const env = simulator.environments[shape];
  const url = env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? '';
  const tokenFile = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token =
    tokenFile === undefined ? env.AWS_CONTAINER_AUTHORIZATION_TOKEN : readFileSync(tokenFile, 'utf8');
  const run = await checkEndpoint({
    ...{ url, shape, env, clock, tokenFile },
    token: token ?? null,
    ...(watchSeconds === undefined ? {} : { watch: { seconds: watchSeconds } }),
  });
  return { run, failed: listChecks(run), requests: simulator.exchanges.length };
}

describe('the simulator conforms', () => {
  test.each(sampleCases(SHAPES, 4))('the simulator conforms in the shape %s', async (shape) => {
    const { run, failed, requests } = await checkSimulator(shape, {});
    expect(failed).toEqual([]);
    expect(judgeConformance(run, true)).toBe('conforms');
    expect(requests).toBeLessThanOrEqual(60);
    expect(requests).toBe(run.exchanges.length);
  });

  test.each(sampleCases(SHAPES, 4))(
    'the simulator conforms in the shape %s next to all other shapes',
    async (shape) => {
      const { run, failed } = await checkSimulator(shape, { shapes: SHAPES });
      expect(failed).toEqual([]);
      expect(judgeConformance(run, true)).toBe('conforms');
    },
  );

  test.each(sampleCases(IMDS_MODES, 3))(
    'the simulator with the IMDS versions %s fails a check only without tokens',
    async (imds) => {
      const { run, failed } = await checkSimulator('imds', { imds });
      // With IMDSv1 only, there are no tokens, so one SDK gets no credentials.
      expect(failed).toEqual(imds === 'v1' ? ['token-issued'] : []);
      const notes = { both: ['IMDS_V1_ALLOWED'], v2: [], v1: ['IMDS_V1_ONLY'] };
      expect(run.notes.map(({ code }) => code)).toEqual(notes[imds]);
    },
  );

  const variants = Object.entries(VARIANTS).flatMap(([name, { choices }]) =>
    (['v2', 'both'] as const).flatMap((imds) =>
      choices.map((choice) => ({ imds, variant: `${name}=${choice}` })),
    ),
  );
  test.each(sampleCases(variants, 36))(
    'the simulator conforms with the variant $variant and the IMDS versions $imds',
    async (options) => {
      const { run, failed } = await checkSimulator('imds', {
        imds: options.imds,
        variants: [options.variant],
      });
      expect(failed).toEqual([]);
      expect(listChecks(run, 'unknown')).toEqual([]);
      expect(judgeConformance(run, true)).toBe('conforms');
    },
  );
});

describe('each fault of the simulator is named', () => {
  test.each(sampleCases(Object.values(NAMED_FAULTS).flat(), 20))(
    'conform names the simulated fault of $shape: $fault',
    async ({ shape, fault, checks = [], throttled = [], unreachable, note, watchSeconds }) => {
      const { run, failed, requests } = await checkSimulator(shape, {
        faults: [fault],
        ...(watchSeconds === undefined ? {} : { watchSeconds }),
      });
      expect(failed).toEqual(checks);
      expect(run.unreachable?.reason).toBe(unreachable);
      const isThrottled = expect.objectContaining({ outcome: 'unknown', reason: { code: 'THROTTLED' } });
      for (const id of throttled) expect(run.results.find((each) => each.id === id)).toEqual(isThrottled);
      if (note !== undefined) expect(run.notes.map(({ code }) => code)).toContain(note);
      if (watchSeconds === undefined) expect(requests).toBeLessThanOrEqual(60);
    },
  );
});
