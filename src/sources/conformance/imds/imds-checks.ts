import type { ImdsCheckId } from '../../../domain/conformance/check-list.ts';
import type { CheckFunction } from '../check-attempt.ts';
import type { Prober } from '../prober.ts';
import type { ShapeChecks } from '../run-conformance.ts';
import { ImdsFacts } from './imds-facts.ts';
import { createTokenChecks } from './token-checks.ts';

export function createImdsChecks(prober: Prober): ShapeChecks {
  const facts = new ImdsFacts(prober);
  const functions: Partial<Record<ImdsCheckId, CheckFunction>> = { ...createTokenChecks(facts) };
  return { functions, listNotes: () => [] };
}
