import type { ExpectationResult } from '../../domain/provider-chain/expectation.ts';
import type { ChainReport } from '../../domain/provider-chain/findings.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { describeChainDifference, describeMetExpectation } from '../messages/provider-chain/expectation.ts';

/** One line per difference, or one line if the expectation is met. Lines are not wrapped, so that logs keep them. */
export function renderExpectation(result: ExpectationResult, report: ChainReport): string {
  const lines = result.isMet
    ? [describeMetExpectation(report)]
    : result.differences.map((difference) => describeChainDifference(difference, result, report.facts));
  return lines.map((line) => `${escapeUnprintable(line)}\n`).join('');
}
