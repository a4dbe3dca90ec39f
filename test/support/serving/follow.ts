import type { Seconds } from '../../../src/domain/model.ts';
import type { Serving } from './serving.ts';
import type { SigningClient } from './signing-client.ts';
import type { KeyUse } from './verifying-service.ts';

/**
 * Lets a client send a request, and then one after each step.
 * @returns the errors of the client, null for successful requests
 */
export async function followClient(
  client: SigningClient,
  serving: Pick<Serving, 'skip'>,
  { duration, step }: { duration: Seconds; step: Seconds },
): Promise<(string | null)[]> {
  const errors = [await client.sendRequest()];
  for (let passed = 0; passed < duration; passed += step) {
    await serving.skip(step);
    errors.push(await client.sendRequest());
  }
  return errors;
}

/** The keys in the order of their first use. */
export const listKeys = (uses: readonly KeyUse[]): string[] => [
  ...new Set(uses.map(({ accessKeyId }) => accessKeyId)),
];

/** The problems that AWS would have found in the requests. */
export const listProblems = (uses: readonly KeyUse[]): KeyUse['problem'][] =>
  uses.flatMap(({ problem }) => (problem === null ? [] : [problem]));
