import { expect, test } from 'vitest';
import { CONFORMANCE_SHAPES } from '../../../src/domain/conformance/conformance-check.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { checkEndpoint, listChecks } from '../../support/conformance/check-endpoint.ts';
import { startPythonEndpoint } from '../../support/conformance/python-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

test.each(sampleCases(CONFORMANCE_SHAPES, 4))(
  "an endpoint of Python's http.server conforms in the shape %s",
  async (shape) => {
    const { url, token } = await startPythonEndpoint(shape);
    const run = await checkEndpoint({ url, shape, token });
    expect(listChecks(run)).toEqual([]);
    expect(judgeConformance(run, true)).toBe('conforms');
    expect(run.exchanges.length).toBeLessThanOrEqual(60);
  },
);
