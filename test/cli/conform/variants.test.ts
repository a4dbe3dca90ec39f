import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { VARIANTS } from '../../../src/server/variants.ts';
import { MAX_REQUESTS } from '../../../src/sources/conformance/limits.ts';
import { checkEndpoint, listChecks } from '../../support/conformance/check-endpoint.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const VARIANT_CASES = Object.entries(VARIANTS).flatMap(([name, { choices }]) =>
  (['v2', 'both'] as const).flatMap((imds) =>
    choices.map((choice) => ({ imds, variant: `${name}=${choice}` })),
  ),
);

describe('a variant of the simulator', () => {
  test.concurrent.each(sampleCases(VARIANT_CASES, 6))(
    '$variant with IMDS $imds conforms',
    async ({ imds, variant }) => {
      const closes: (() => Promise<void>)[] = [];
      const { origin } = await startSimulated({ imds, variants: [variant] }, (close) => closes.push(close));
      const run = await checkEndpoint({ url: origin, shape: 'imds', clock: systemClock });
      for (const close of closes) await close();
      expect(listChecks(run)).toEqual([]);
      expect(listChecks(run, 'unknown')).toEqual([]);
      expect(judgeConformance(run, true)).toBe('conforms');
      expect(run.exchanges.length).toBeLessThanOrEqual(MAX_REQUESTS);
    },
  );
});
