import type { ClientSummary } from '../../../domain/conformance/client-summary.ts';
import type { ClientEffect, ConformanceClient, Effect } from '../../../domain/conformance/clients.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { joinWords } from '../../text/format-values.ts';

export const CLIENT_NAMES: Record<ConformanceClient, string> = {
  botocore: 'botocore',
  'java-1': 'Java 1',
  'java-2': 'Java 2',
  dotnet: '.NET',
  ruby: 'Ruby',
  javascript: 'JavaScript',
  go: 'Go',
  cpp: 'C++',
  rust: 'Rust',
  'go-1': 'Go 1',
  s3fs: 's3fs',
};

/** What one client does. */
const SINGULAR: Record<Effect, string> = {
  'no-credentials': 'gets no credentials',
  'uses-expired': 'uses expired credentials',
  'never-refreshes': 'never refreshes its credentials',
  'extends-expiration': 'extends the expiration, so it can use expired credentials',
  'requests-at-every-call': 'requests credentials at every call',
  'times-out-under-load': 'can time out under load',
  delays: 'waits for the endpoint',
  'uses-imds-v1': 'uses IMDSv1',
  'no-static-stability': 'does not keep its credentials if the endpoint fails',
  'no-region': 'finds no region, or a wrong one',
  'no-instance-data': 'does not learn on which instance it runs',
  leaks: 'can leak credentials',
  'hides-mistakes': 'can have a mistake that stays unnoticed',
  'differs-from-aws': 'gets another response than from AWS',
};

/** What several clients do. */
const PLURAL: Record<Effect, string> = {
  'no-credentials': 'get no credentials',
  'uses-expired': 'use expired credentials',
  'never-refreshes': 'never refresh their credentials',
  'extends-expiration': 'extend the expiration, so they can use expired credentials',
  'requests-at-every-call': 'request credentials at every call',
  'times-out-under-load': 'can time out under load',
  delays: 'wait for the endpoint',
  'uses-imds-v1': 'use IMDSv1',
  'no-static-stability': 'do not keep their credentials if the endpoint fails',
  'no-region': 'find no region, or a wrong one',
  'no-instance-data': 'do not learn on which instance they run',
  leaks: 'can leak credentials',
  'hides-mistakes': 'can have a mistake that stays unnoticed',
  'differs-from-aws': 'get another response than from AWS',
};

/** What happens, if no particular client is affected. */
const GENERAL: Partial<Record<Effect, string>> = {
  leaks: 'other programs can read the credentials',
  'hides-mistakes': 'a mistake of a client stays unnoticed here, and the client fails on AWS',
  'differs-from-aws': 'no client is known to break, but AWS responds differently',
  'uses-expired': 'clients can use expired credentials',
  'no-region': 'clients find no region, or a wrong one',
  'no-credentials': 'clients get no credentials',
};

const formatBelow = (below: Seconds | null | undefined) =>
  below === null || below === undefined ? '' : ` below ${formatDuration(below)}`;

/** `Go and Rust get no credentials`. */
export function describeEffect({ effect, clients, below }: ClientEffect): string {
  if (clients === 'all') return GENERAL[effect] ?? `clients ${PLURAL[effect]}`;
  const names = clients.map((client) => CLIENT_NAMES[client]);
  return `${joinWords(names)} ${addBelow((names.length === 1 ? SINGULAR : PLURAL)[effect], below)}`;
}

/** The remaining validity belongs to the first part of the sentence. */
function addBelow(text: string, below: Seconds | null | undefined): string {
  const [first = '', ...rest] = text.split(', ');
  return [`${first}${formatBelow(below)}`, ...rest].join(', ');
}

const BREAKS = new Set<Effect>(['no-credentials', 'uses-expired', 'never-refreshes']);

/**
 * `works, but requests credentials at every call below 15m`.
 * @param isComplete whether every check that decides was made
 */
export function describeClientSummary({ effects }: ClientSummary, isComplete: boolean): string {
  if (effects.length === 0) return isComplete ? 'works' : 'unknown, because not every check was made';
  const texts = effects.map(({ effect, below }) => addBelow(SINGULAR[effect], below));
  const [first] = effects;
  return first !== undefined && BREAKS.has(first.effect)
    ? texts.join('; ')
    : `works, but ${texts.join('; ')}`;
}
