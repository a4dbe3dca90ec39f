import type { CheckId } from '../../../domain/conformance/check-list.ts';
import type { CheckFunction } from '../check-attempt.ts';
import type { Prober } from '../exchanges/prober.ts';
import type { ConformanceOptions, ShapeChecks } from '../shape-checks.ts';
import { ContainerWatcher } from '../watch/container-watcher.ts';
import { createAddressChecks } from './address-checks.ts';
import { createAgentChecks } from './agent-checks.ts';
import { createAuthorizationChecks } from './authorization-checks.ts';
import { ContainerFacts } from './container-facts.ts';
import { createCredentialChecks } from './credential-checks.ts';
import { createDocumentChecks } from './document-checks.ts';

export function createContainerChecks(prober: Prober, options: ConformanceOptions): ShapeChecks {
  const facts = new ContainerFacts(prober, options);
  const functions: Partial<Record<CheckId, CheckFunction>> = {
    ...createAddressChecks(facts),
    // Before the checks of the document, because it finds out whether the token needs a prefix.
    ...createAuthorizationChecks(facts),
    ...createDocumentChecks(facts),
    ...createCredentialChecks(facts),
    ...createAgentChecks(facts),
  };
  return {
    functions,
    listNotes: (quote) => facts.listNotes(quote),
    createWatcher: async (follower) => {
      await facts.getDocument();
      return new ContainerWatcher(facts, follower);
    },
  };
}
