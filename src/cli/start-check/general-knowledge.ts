import type { SourceKnowledge } from '../../domain/general-knowledge/source-knowledge.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import { detectPlatform } from '../../sources/environment/platform.ts';
import type { Io } from '../process/io.ts';

/**
 * What is generally known about the source, if its history gives no forecast. Loads it only then. Without usable
 * credentials, the user has another problem.
 * @param isOffline the credentials come from a stored sample, which another environment may have stored
 */
export async function findGeneralKnowledge(
  { nextRotation, identity, remaining, findings }: NowJudgement,
  isOffline: boolean,
  { env }: Pick<Io, 'env'>,
): Promise<SourceKnowledge[]> {
  const hasForecast = nextRotation !== null || findings.some(({ code }) => code === 'ISSUED_PER_REQUEST');
  if (hasForecast || identity === null || remaining === null || remaining < 0) return [];
  const { getSourceKnowledge } = await import('../../domain/general-knowledge/source-knowledge.ts');
  const context = isOffline ? {} : { variables: env, platform: detectPlatform(env) };
  return [getSourceKnowledge({ source: identity.source, ...context })];
}
