import type { ExpectationResult } from '../../domain/provider-chain/expectation.ts';
import type { ChainReport } from '../../domain/provider-chain/findings/findings.ts';
import type { Verification, VerifiedWinner } from '../../domain/provider-chain/identity/verification.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { describeMetExpectation, listDifferenceLines } from '../messages/provider-chain/expectation.ts';
import { PROVIDER_PHRASES } from '../messages/provider-chain/providers.ts';
import { describeComparison } from '../messages/provider-chain/verification.ts';

/**
 * One line per reason, or one line if the expectation is met, and one for each set of credentials that AWS has
 * confirmed. Lines are not wrapped, so that logs keep them.
 * @param verification null: AWS was not asked
 */
export function renderExpectation(
  result: ExpectationResult,
  report: ChainReport,
  verification: Verification | null = null,
): string {
  const lines = result.isMet
    ? [describeMetExpectation(report), ...(verification?.winners ?? []).flatMap(describeVerifiedWinner)]
    : listDifferenceLines(result, report.facts);
  return lines.map((line) => `${escapeUnprintable(line)}\n`).join('');
}

function describeVerifiedWinner({ provider, caller }: VerifiedWinner): string[] {
  if (caller === null) return [];
  const comparison = describeComparison(caller, provider);
  const difference = comparison?.differs ? `, which ${comparison.text}` : '';
  return [
    `verified by AWS: ${PROVIDER_PHRASES[provider.name]} has credentials of ${caller.arn}${difference}`,
  ];
}
