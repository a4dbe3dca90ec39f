import type { CheckId } from './check-list.ts';
import type { ConformanceRun } from './check-result.ts';
import {
  CONFORMANCE_CLIENTS,
  CONFORMANCE_SDKS,
  type ConformanceClient,
  EFFECTS,
  type Effect,
} from './clients.ts';

/** What the failed checks do to one client. */
export interface ClientSummary {
  client: ConformanceClient;
  /** The worst first. Empty if no failed check affects the client. */
  effects: readonly { effect: Effect; checks: readonly CheckId[] }[];
}

/** Every SDK, and each other client that a failed check affects. */
export function summarizeClients({ results }: ConformanceRun): ClientSummary[] {
  return CONFORMANCE_CLIENTS.flatMap((client) => {
    const effects = EFFECTS.flatMap((effect) => {
      const checks = results.flatMap((result) =>
        result.outcome === 'failed' &&
        result.failures.some(({ effects }) =>
          effects.some(
            (each) => each.effect === effect && each.clients !== 'all' && each.clients.includes(client),
          ),
        )
          ? [result.id]
          : [],
      );
      return checks.length > 0 ? [{ effect, checks }] : [];
    });
    const isShown = effects.length > 0 || CONFORMANCE_SDKS.some((sdk) => sdk === client);
    return isShown ? [{ client, effects }] : [];
  });
}
