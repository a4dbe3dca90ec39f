import type { Instant, Seconds } from '../../domain/model.ts';
import type { TrafficSummary, V1Client } from '../../domain/simulation-traffic.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { formatCount, formatSpan, formatTimestamp } from '../text/format-values.ts';
import { VARIABLES_THAT_PRECEDE } from './serving/client-variables.ts';

export interface SimulationFacts {
  startedAt: Instant;
  /** URLs with a final slash, which older IMDS clients need. */
  endpoints: readonly string[];
  role: string;
  lifetimeSeconds: Seconds;
  rotateEverySeconds: Seconds;
  jitterSeconds: Seconds;
  seed: string;
  scenario: { name: string; description: string } | null;
  faults: readonly string[];
}

/** What a user of the simulator must know, one line per fact. */
export function describeSimulation(facts: SimulationFacts): string[] {
  const { startedAt, endpoints, role, lifetimeSeconds, rotateEverySeconds, jitterSeconds } = facts;
  const jitter = jitterSeconds === 0 ? '' : ` ± ${duration(jitterSeconds)}`;
  return [
    'these credentials are false: AWS rejects them',
    `role ${role}: credentials valid for ${duration(lifetimeSeconds)}, rotated every ${duration(rotateEverySeconds)}${jitter}`,
    `seed ${facts.seed}, started ${formatTimestamp(startedAt)}`,
    `listening on ${endpoints.join(' ')}`,
    ...(facts.scenario === null
      ? []
      : [
          `scenario ${[facts.scenario.name, facts.scenario.description].filter((part) => part !== '').join(': ')}`,
        ]),
    ...facts.faults.map((fault) => `fault ${fault}`),
    ...VARIABLES_THAT_PRECEDE,
  ];
}

export const NO_V1_CLIENTS = 'no client used IMDSv1';
export const V1_CLIENTS_HEADING = 'clients that used IMDSv1';
export const OTHER_CLIENTS = 'other clients';

/** The requests to a simulator in one line. */
export function describeTraffic(totals: TrafficSummary['totals']): string {
  const { requests, clients, others, firstAt, lastAt, credentials, credentialSets } = totals;
  if (firstAt === null || lastAt === null) return 'no client made a request';
  const time = secondsBetween(firstAt, lastAt);
  const served =
    credentials === 0
      ? 'no credentials served'
      : `${formatCount(credentialSets, 'set')} of credentials served ${formatCount(credentials, 'time')}`;
  return (
    `${formatCount(requests, 'request')} from ${others ? 'more than ' : ''}${formatCount(clients, 'client')}` +
    `${time === 0 ? '' : ` in ${duration(time)}`}; ${served}`
  );
}

/** How often and when a client used IMDSv1. */
export function describeV1Usage(client: string, { responses, firstAt, lastAt, usesV2 }: V1Client): string {
  const when = responses === 1 ? `at ${formatTimestamp(firstAt)}` : `from ${formatSpan(firstAt, lastAt)}`;
  return `${client}: ${formatCount(responses, 'response')} ${when}${usesV2 ? '; also uses IMDSv2' : ''}`;
}
