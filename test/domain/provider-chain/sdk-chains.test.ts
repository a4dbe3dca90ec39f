import { describe, expect, test } from 'vitest';
import { findChainFindings } from '../../../src/domain/provider-chain/findings.ts';
import { isUsableProvider, SDKS } from '../../../src/domain/provider-chain/providers.ts';
import { resolveChains } from '../../../src/domain/provider-chain/sdk-chains.ts';
import { probeProviders } from '../../../src/sources/probe/probe.ts';
import {
  CASES,
  expectedEnds,
  setUp,
  writeFinding,
  writeOutcome,
} from '../../support/domain/shadowing-case.ts';
import { options } from '../../support/sources/polling.ts';

describe('each case of fixtures/shadowing', () => {
  test.each(CASES)('$name', async (each) => {
    const { onTestFinished } = await import('vitest');
    const { environment } = await setUp(each, onTestFinished);
    const facts = await probeProviders(options(environment));
    const outcomes = resolveChains(facts);
    expect(Object.fromEntries(SDKS.map((sdk) => [sdk, writeOutcome(outcomes[sdk])]))).toEqual(
      expectedEnds(each),
    );
    expect(findChainFindings(facts, outcomes).map(writeFinding)).toEqual(each.expected.findings);
    expect(Object.values(facts.providers).some(isUsableProvider)).toBe(each.expected.usable);
  });
});
