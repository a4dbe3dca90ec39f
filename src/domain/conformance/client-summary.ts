import type { Seconds } from '../model.ts';
import type { CheckId } from './check-list.ts';
import type { CheckFailure, ConformanceRun } from './check-result.ts';
import {
  CONFORMANCE_CLIENTS,
  CONFORMANCE_SDKS,
  type ConformanceClient,
  EFFECTS,
  type Effect,
} from './clients.ts';

/** What one client does because of failed checks. */
export interface SummarizedEffect {
  effect: Effect;
  /** The effect occurs if credentials have less remaining validity. Null: always. */
  below: Seconds | null;
  checks: readonly CheckId[];
}

export interface ClientSummary {
  client: ConformanceClient;
  /** The worst first. Empty if no failed check affects the client. */
  effects: readonly SummarizedEffect[];
}

/** Every SDK, and each other client that a failed check affects. */
export function summarizeClients({ results }: Pick<ConformanceRun, 'results'>): ClientSummary[] {
  const failures = results.flatMap((result) =>
    result.outcome === 'failed' ? result.failures.map((failure) => ({ id: result.id, failure })) : [],
  );
  return CONFORMANCE_CLIENTS.flatMap((client) => {
    const effects = EFFECTS.flatMap((effect) => summarizeEffect(client, effect, failures));
    const isShown = effects.length > 0 || CONFORMANCE_SDKS.some((sdk) => sdk === client);
    return isShown ? [{ client, effects }] : [];
  });
}

function summarizeEffect(
  client: ConformanceClient,
  effect: Effect,
  failures: readonly { id: CheckId; failure: CheckFailure }[],
): SummarizedEffect[] {
  const found = failures.flatMap(({ id, failure }) =>
    failure.effects
      .filter((each) => each.effect === effect && each.clients !== 'all' && each.clients.includes(client))
      .map(({ below = null }) => ({ id, below })),
  );
  if (found.length === 0) return [];
  // An effect that always occurs is worse than an effect below some remaining validity.
  const below = found.some((each) => each.below === null)
    ? null
    : Math.max(...found.map((each) => each.below ?? 0));
  return [{ effect, below, checks: [...new Set(found.map(({ id }) => id))] }];
}
