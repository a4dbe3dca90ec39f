import { describe, expect, test } from 'vitest';
import { OTHER_CLIENTS, SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import { isUsableProvider } from '../../../src/domain/provider-chain/provider-states.ts';
import { mapNames } from '../../../src/domain/provider-chain/providers.ts';
import { probeProviders } from '../../../src/sources/probe/probe.ts';
import { withoutResponseTimes } from '../../support/domain/facts.ts';
import {
  CASES,
  expectedOtherOutcomes,
  expectedOutcomes,
  formatFinding,
  formatOutcome,
  setUp,
} from '../../support/domain/shadowing-case.ts';
import { options } from '../../support/sources/polling.ts';
import { isThorough, sampleCases } from '../../support/thorough.ts';

describe('analyseChains', () => {
  // The container endpoint of this case never responds, so the probe takes eight seconds.
  const cases = sampleCases(CASES, 2).filter(({ name }) => isThorough || name !== 'silent-container');
  test.each(sampleCases(cases, 4))('the case $name has the expected outcomes and findings', async (each) => {
    const { environment } = await setUp(each);
    const facts = withoutResponseTimes(await probeProviders(options(environment)));
    const { outcomes, otherOutcomes, findings } = analyseChains(facts);
    expect(mapNames(SDKS, (sdk) => formatOutcome(outcomes[sdk]))).toEqual(expectedOutcomes(each));
    expect(mapNames(OTHER_CLIENTS, (client) => formatOutcome(otherOutcomes[client]))).toEqual(
      expectedOtherOutcomes(each),
    );
    expect(findings.map(formatFinding)).toEqual(each.expected.findings);
    expect(Object.values(facts.providers).some(isUsableProvider)).toBe(each.expected.usable);
  });
});
