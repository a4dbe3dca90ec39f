import type { ImdsCheckId } from '../../../domain/conformance/check-list.ts';
import type { CheckFunction } from '../check-attempt.ts';
import type { Prober } from '../exchanges/prober.ts';
import type { ConformanceOptions, ShapeChecks } from '../shape-checks.ts';
import { ImdsWatcher } from '../watch/imds-watcher.ts';
import { createAccessChecks } from './access-checks.ts';
import { createDocumentChecks } from './document-checks.ts';
import { ImdsFacts } from './imds-facts.ts';
import { createMetadataChecks } from './metadata-checks.ts';
import { createRoleChecks } from './role-checks.ts';
import { createTokenChecks, createTokenUseChecks } from './token-checks.ts';
import { createWireChecks } from './wire-checks.ts';

export function createImdsChecks(prober: Prober, { role }: ConformanceOptions): ShapeChecks {
  const facts = new ImdsFacts(prober, role);
  const token = createTokenChecks(facts);
  const use = createTokenUseChecks(facts);
  const document = createDocumentChecks(facts);
  const wire = createWireChecks(facts);
  const functions = {
    ...token,
    ...createRoleChecks(facts),
    'document-code': document['document-code'],
    'document-fields': document['document-fields'],
    'expiration-format': document['expiration-format'],
    'error-document': document['error-document'],
    ...createMetadataChecks(facts),
    methods: wire.methods,
    'expect-refused': wire['expect-refused'],
    ...createAccessChecks(facts),
    'invalid-token-refused': use['invalid-token-refused'],
    // Waits, so that the next checks can judge a read some seconds after the first one.
    'token-expires': use['token-expires'],
    'token-remaining-ttl': use['token-remaining-ttl'],
    'token-reusable': use['token-reusable'],
    // The load can end a faulty server. The checks below judge all reads, and send none.
    'response-time': wire['response-time'],
    'key-stable': document['key-stable'],
    'last-updated': document['last-updated'],
    'not-expired': document['not-expired'],
    'remaining-validity': document['remaining-validity'],
  } satisfies Partial<Record<ImdsCheckId, CheckFunction>>;
  return {
    functions,
    listNotes: (quote) => facts.listNotes(quote),
    createWatcher: async (follower, seconds) =>
      new ImdsWatcher({
        prober: follower,
        role: await facts.requireRole(),
        seconds,
        // With IMDSv1, some endpoints ignore a token that is not valid.
        rejectsExpiredTokens: !(await facts.isV1Allowed()),
      }),
  };
}
