import type { Instant, Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { formatCount, formatSpan, formatTimestamp } from '../text/format-values.ts';

export interface SimulationFacts {
  startedAt: Instant;
  /** URLs; those of IMDS with a slash at the end, which older clients need. */
  endpoints: readonly string[];
  role: string;
  lifetimeSeconds: Seconds;
  rotateEverySeconds: Seconds;
  jitterSeconds: Seconds;
  seed: string;
  scenario: { name: string; description: string } | null;
  faults: readonly string[];
}

/** What somebody who rehearses with the simulator has to know, a line each. */
export function describeSimulation(facts: SimulationFacts): string[] {
  const { startedAt, endpoints, role, lifetimeSeconds, rotateEverySeconds, jitterSeconds } = facts;
  const jitter = jitterSeconds === 0 ? '' : `, give or take ${short(jitterSeconds)}`;
  return [
    'these credentials are false: AWS knows none of them, and they open nothing',
    `role ${role}: valid for ${short(lifetimeSeconds)}, replaced every ${short(rotateEverySeconds)}${jitter}`,
    `seed ${facts.seed}, started ${formatTimestamp(startedAt)}`,
    `listening on ${endpoints.join(' ')}`,
    ...(facts.scenario === null
      ? []
      : [
          `scenario ${[facts.scenario.name, facts.scenario.description].filter((part) => part !== '').join(': ')}`,
        ]),
    ...facts.faults.map((fault) => `fault ${fault}`),
    'static keys (AWS_ACCESS_KEY_ID), AWS_PROFILE and web identity (AWS_WEB_IDENTITY_TOKEN_FILE)',
    'win over these lines: unset them for the rehearsal',
  ];
}

export const ONE_BLOCK_PER_CLIENT = 'each client takes one of these blocks, and no line of another';

export interface TrafficFacts {
  requests: number;
  clients: number;
  /** There were more clients than are kept apart. */
  others: boolean;
  firstAt: Instant | null;
  lastAt: Instant | null;
  credentials: number;
  credentialSets: number;
}

/** What came of a rehearsal, in one line. */
export function describeTraffic(facts: TrafficFacts): string {
  const { requests, clients, others, firstAt, lastAt, credentials, credentialSets } = facts;
  if (firstAt === null || lastAt === null) return 'nobody asked';
  const time = secondsBetween(firstAt, lastAt);
  const handedOut =
    credentials === 0
      ? 'no credentials were handed out'
      : `credentials were handed out ${formatCount(credentials, 'time')}, ${formatCount(credentialSets, 'set')} of them`;
  return (
    `${formatCount(requests, 'request')} from ${others ? 'more than ' : ''}${formatCount(clients, 'client')}` +
    `${time === 0 ? '' : ` in ${duration(time)}`}; ${handedOut}`
  );
}

export interface V1Usage {
  responses: number;
  firstAt: Instant;
  lastAt: Instant;
  usesV2: boolean;
}

/** Who has yet to leave IMDSv1, and since when and until when it was seen to use it. */
export function describeV1Usage(client: string, { responses, firstAt, lastAt, usesV2 }: V1Usage): string {
  const when = responses === 1 ? `at ${formatTimestamp(firstAt)}` : `from ${formatSpan(firstAt, lastAt)}`;
  return `${client}: ${formatCount(responses, 'answer')} ${when}${usesV2 ? '; it uses v2 as well' : ''}`;
}
