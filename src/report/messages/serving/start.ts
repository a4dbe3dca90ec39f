import type { Instant } from '../../../domain/model.ts';
import type { ServedRoleFacts } from '../../../domain/serving/served-role-facts.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import { maskKeyId } from '../../text/format-values.ts';
import { VARIABLES_THAT_PRECEDE } from './client-variables.ts';
import { describeValidity } from './refreshes.ts';
import { nameServedRole } from './status.ts';

/** Where the server listens. */
export interface ListeningAddress {
  /** `http://127.0.0.1:1338`, or `unix:/run/serve.sock`. */
  origin: string;
  /** The name of the only role of this address; null for every role. */
  role: string | null;
}

/** What a user of the server must know, one line per fact. */
export function describeStart(
  roles: readonly ServedRoleFacts[],
  listening: readonly ListeningAddress[],
  now: Instant,
): string[] {
  return [
    'these credentials are real: every program that can connect gets them',
    ...roles.flatMap((facts) => describeRole(facts, now)),
    ...listening.map(({ origin, role }) => `listening on ${origin}${role === null ? '' : ` for ${role}`}`),
    ...VARIABLES_THAT_PRECEDE,
  ];
}

function describeRole(facts: ServedRoleFacts, now: Instant): string[] {
  const { accountId, source, key } = facts;
  const account = accountId === null ? '' : ` of account ${accountId}`;
  const shown = key === null ? '' : `, ${maskKeyId(key.accessKeyId)}`;
  return [
    `${nameServedRole(facts)}${account} from the source ${source}${shown}`,
    `${escapeUnprintable(facts.name)}: ${describeValidity(facts, now)}`,
  ];
}
