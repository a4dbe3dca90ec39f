import { expect, test } from 'vitest';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { type SimulatedOptions, startSimulated } from '../server/simulated-endpoint.ts';
import { isThorough } from '../thorough.ts';
import type { Environment } from './child-client.ts';
import { type ClientName, describeEachClient, waitsForCi } from './clients.ts';
import { conversation } from './conversation.ts';

/** What a client did when something was the matter, as it was measured. */
export interface Fact extends Pick<SimulatedOptions, 'imds' | 'faults'> {
  /** Completes "when". */
  when: string;
  shape?: Shape;
  /** Beside or in place of what the shape needs. */
  environment?: Environment | ((shape: Environment) => Environment);
  /** The endpoint says nothing at all; see {@link ObtainOptions}. */
  isSilent?: boolean;
  /** See {@link conversation}. */
  does: string | Readonly<Record<ClientName, string>>;
}

/** A test for every fact and client. */
export function testFacts(facts: readonly Fact[]): void {
  describeEachClient((client, obtain) => {
    // Each starts a program of its own: at a desk every second one has to do.
    const chosen = facts.filter((_, index) => isThorough || index % 2 === 0);
    const titled = chosen.map((fact): [string, Fact] => [fact.when, fact]);
    test.skipIf(waitsForCi(client)).for(titled)('when %s', async ([, fact], { onTestFinished }) => {
      const { shape = 'imds', environment = {}, isSilent = false, does, when: _, ...options } = fact;
      const endpoint = await startSimulated({ shapes: [shape], ...options }, onTestFinished);
      const given = endpoint.environments[shape];
      const whole = typeof environment === 'function' ? environment(given) : { ...given, ...environment };
      const outcome = await obtain(whole, { isSilent });
      expect(conversation(outcome, endpoint.exchanges)).toBe(typeof does === 'string' ? does : does[client]);
    });
  });
}
