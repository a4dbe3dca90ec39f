import type { Instant, Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { writeCount, writeInstant, writeSpan } from '../text/writing.ts';

export interface RehearsalFacts {
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
export function rehearsalMessages(facts: RehearsalFacts): string[] {
  const { startedAt, endpoints, role, lifetimeSeconds, rotateEverySeconds, jitterSeconds } = facts;
  const jitter = jitterSeconds === 0 ? '' : `, give or take ${short(jitterSeconds)}`;
  return [
    'these credentials are false: AWS knows none of them, and they open nothing',
    `role ${role}: valid for ${short(lifetimeSeconds)}, replaced every ${short(rotateEverySeconds)}${jitter}`,
    `seed ${facts.seed}, started ${writeInstant(startedAt)}`,
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

export const ONE_BLOCK_EACH = 'each client takes one of these blocks, and no line of another';

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
export function trafficMessage(facts: TrafficFacts): string {
  const { requests, clients, others, firstAt, lastAt, credentials, credentialSets } = facts;
  if (firstAt === null || lastAt === null) return 'nobody asked';
  const time = secondsBetween(firstAt, lastAt);
  const handedOut =
    credentials === 0
      ? 'no credentials were handed out'
      : `credentials were handed out ${writeCount(credentials, 'time')}, ${writeCount(credentialSets, 'set')} of them`;
  return (
    `${writeCount(requests, 'request')} from ${others ? 'more than ' : ''}${writeCount(clients, 'client')}` +
    `${time === 0 ? '' : ` in ${duration(time)}`}; ${handedOut}`
  );
}

export interface V1Facts {
  answers: number;
  firstAt: Instant;
  lastAt: Instant;
  usesV2: boolean;
}

/** Who has yet to leave IMDSv1, and since when and until when it was seen to use it. */
export function v1Message(client: string, { answers, firstAt, lastAt, usesV2 }: V1Facts): string {
  const when = answers === 1 ? `at ${writeInstant(firstAt)}` : `from ${writeSpan(firstAt, lastAt)}`;
  return `${client}: ${writeCount(answers, 'answer')} ${when}${usesV2 ? '; it uses v2 as well' : ''}`;
}
