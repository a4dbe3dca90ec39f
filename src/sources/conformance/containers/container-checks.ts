import type { ContainerCheckId } from '../../../domain/conformance/check-list.ts';
import type { CheckFunction } from '../check-attempt.ts';
import type { Prober } from '../prober.ts';
import type { ConformanceOptions, ShapeChecks } from '../run-conformance.ts';
import { createAddressChecks } from './address-checks.ts';
import { createAgentChecks } from './agent-checks.ts';
import { createAuthorizationChecks } from './authorization-checks.ts';
import { ContainerFacts } from './container-facts.ts';
import { createDocumentChecks } from './document-checks.ts';

export function createContainerChecks(prober: Prober, options: ConformanceOptions): ShapeChecks {
  const facts = new ContainerFacts(prober, options);
  const functions: Partial<Record<ContainerCheckId, CheckFunction>> = {
    ...createAddressChecks(facts),
    ...createDocumentChecks(facts),
    ...createAuthorizationChecks(facts),
    ...createAgentChecks(facts),
  };
  return { functions, listNotes: async () => [] };
}
