import type { EnvironmentKind } from '../general-knowledge/environment.ts';
import { type ExpectedRotation, findExpectedRotation } from '../general-knowledge/general-knowledge.ts';
import type { SourceKnowledge } from '../general-knowledge/source-knowledge.ts';
import type { Instant, Seconds } from '../model.ts';

/** When a report can show a measured rotation. */
export type NextReport =
  /** A rotation was measured. */
  | { code: 'NOW' }
  /** `expected`: general knowledge about the environment. */
  | { code: 'AFTER_ROTATION'; at: Instant; environment: EnvironmentKind; expected: ExpectedRotation }
  /** The keys are in variables, which only the user changes. */
  | { code: 'NEVER' }
  /** How often the environment rotates is unknown, but it has to serve new credentials before the old ones expire. */
  | { code: 'AFTER_EXPIRATION'; at: Instant };

interface CurrentCredentials {
  now: Instant;
  lastUpdated: Instant | null;
  expiration: Instant;
  /** Witnessed rotations of the series. */
  rotationCount: number;
  knowledge: SourceKnowledge;
  /** The interval of polls. */
  every: Seconds;
}

/** The first rotation is measured by the first poll after it. */
export function findNextReport(current: CurrentCredentials): NextReport {
  const { now, lastUpdated, expiration, rotationCount, knowledge, every } = current;
  if (rotationCount > 0) return { code: 'NOW' };
  if (knowledge.source === 'environment') return { code: 'NEVER' };
  const [environment] = knowledge.environments;
  // Several environments are possible, and their intervals differ.
  const isCertain = environment !== undefined && knowledge.environments.length === 1;
  const expected = isCertain ? findExpectedRotation(environment) : null;
  if (!isCertain || expected === null)
    return { code: 'AFTER_EXPIRATION', at: toMinute(expiration + every * 1000) };
  const withinMs = expected.within * 1000;
  const due = (lastUpdated ?? now) + withinMs;
  // An overdue rotation can happen at any time, so nothing is known but the interval.
  const rotation = due > now ? due : now + withinMs;
  // A rotation comes before the expiration, also if the environment usually rotates later.
  if (expiration > now && expiration < rotation)
    return { code: 'AFTER_EXPIRATION', at: toMinute(expiration + every * 1000) };
  return {
    code: 'AFTER_ROTATION',
    at: toMinute(rotation + every * 1000),
    environment: environment.environment,
    expected,
  };
}

const MINUTE_MS = 60_000;

const toMinute = (instant: Instant): Instant => Math.ceil(instant / MINUTE_MS) * MINUTE_MS;
