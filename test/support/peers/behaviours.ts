import { expect, test } from 'vitest';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { type SimulatedOptions, startSimulated } from '../server/simulated-endpoint.ts';
import { sampleCases } from '../thorough.ts';
import type { Environment } from './child-client.ts';
import { type ClientName, describeEachClient, runsOnlyInCi } from './clients.ts';
import { describeConversation } from './conversation.ts';

/** What clients do under a condition. Measured with the versions in {@link describeClient}. */
export interface Behaviour extends Pick<SimulatedOptions, 'imds' | 'faults'> {
  /** Completes "when". */
  when: string;
  shape?: Shape;
  /** Added to the variables that the shape needs, or computed from them. */
  environment?: Environment | ((shape: Environment) => Environment);
  /** See {@link ObtainOptions}. */
  isEndpointSilent?: boolean;
  /** As {@link describeConversation} writes it. */
  does: string | Readonly<Record<ClientName, string>>;
}

/** Declares a test for every behaviour and client. */
export function testBehaviours(behaviours: readonly Behaviour[]): void {
  describeEachClient((client, obtain) => {
    // Each test starts a program, so only CI runs all of them.
    const chosen = sampleCases(behaviours, 18);
    const titled = chosen.map((behaviour): [string, Behaviour] => [behaviour.when, behaviour]);
    test.skipIf(runsOnlyInCi(client)).for(titled)(
      'a client behaves as documented when %s',
      async ([, behaviour], { onTestFinished }) => {
        const {
          shape = 'imds',
          environment = {},
          isEndpointSilent = false,
          does,
          when: _,
          ...options
        } = behaviour;
        const endpoint = await startSimulated({ shapes: [shape], ...options }, onTestFinished);
        const needed = endpoint.environments[shape];
        const merged =
          typeof environment === 'function' ? environment(needed) : { ...needed, ...environment };
        const outcome = await obtain(merged, { isEndpointSilent });
        expect(describeConversation(outcome, endpoint.exchanges)).toBe(
          typeof does === 'string' ? does : does[client],
        );
      },
    );
  });
}
