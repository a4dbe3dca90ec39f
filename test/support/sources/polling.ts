import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { PollLimits } from '../../../src/sources/http/exchange.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import type { PollFailure, PollOutcome, SourceOptions } from '../../../src/sources/source.ts';
import type { Script, ScriptedEndpoint, Step } from './scripted-endpoint.ts';

/** Far longer than a busy machine needs for a response on loopback. */
export const LIMITS: PollLimits = { connectMs: 2000, requestMs: 4000, pollMs: 8000, attempts: 3 };

/** For endpoints that never respond. */
export const IMPATIENT: PollLimits = { ...LIMITS, requestMs: 250 };

/** The longest pause between two attempts, in milliseconds. A longer sleep is the time limit of a poll. */
const MAX_PAUSE_MS = 1000;

/** The clock without the pauses between attempts. */
export const withoutPauses = ({ now, sleep }: Clock): Clock => ({
  now,
  sleep: (milliseconds, signal) =>
    milliseconds <= MAX_PAUSE_MS ? Promise.resolve() : sleep(milliseconds, signal),
});

/** The real time. Pauses between attempts take no time. */
export const hastyClock = withoutPauses(systemClock);

export const CANARIES = [
  'CANARY-secret/access+key',
  'CANARY-session-token',
  'CANARY-imds-token',
  'CANARY-authorization',
] as const;
const [SECRET, TOKEN, IMDS_TOKEN] = CANARIES;

export const ROLES = '/latest/meta-data/iam/security-credentials/';

export const document = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    Code: 'Success',
    LastUpdated: '2026-11-22T00:00:00Z',
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIACANARY0000000001',
    SecretAccessKey: SECRET,
    Token: TOKEN,
    Expiration: '2026-11-22T06:23:11Z',
    ...changes,
  });

export const fixture = (name: string) =>
  readFileSync(new URL(`../../../fixtures/documents/${name}`, import.meta.url), 'utf8');

export const tokenResponse = (token: string = IMDS_TOKEN, ttl = '21600'): Step => ({
  headers: { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': ttl },
  body: token,
});

/** The script of a working IMDS, with the given changes. */
export const imds = (changes: Script = {}): Script => ({
  'PUT /latest/api/token': tokenResponse(),
  [`GET ${ROLES}`]: { body: 'web-role' },
  [`GET ${ROLES}web-role`]: { body: document() },
  ...changes,
});

type Env = Record<string, string | undefined>;

export const options = (env: Env, more: Partial<SourceOptions> = {}): SourceOptions => ({
  env,
  clock: hastyClock,
  random: () => 0.5,
  limits: LIMITS,
  ...more,
});

export const imdsAt = (
  { url }: Pick<ScriptedEndpoint, 'url'>,
  env: Env = {},
  more: Partial<SourceOptions> = {},
) => createLocalSource('imds', options({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url, ...env }, more));

export const containerAt = (
  { url }: Pick<ScriptedEndpoint, 'url'>,
  env: Env = {},
  more: Partial<SourceOptions> = {},
) =>
  createLocalSource(
    'container',
    options({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/creds`, ...env }, more),
  );

/** Checks that an outcome shows no secret in JSON or in `inspect`, and returns it. */
export function harmless<T extends PollOutcome>(outcome: T): T {
  const printed = `${JSON.stringify(outcome)}${inspect(outcome, { depth: 9, showHidden: true })}`;
  for (const canary of CANARIES) expect(printed).not.toContain(canary);
  if (!outcome.ok) expect(outcome.detail).toMatch(/^\P{C}{0,200}$/u);
  return outcome;
}

export async function succeed(source: { poll(): Promise<PollOutcome> }) {
  const outcome = harmless(await source.poll());
  if (!outcome.ok) throw new Error(`failed: ${outcome.reason}: ${outcome.detail}`);
  return outcome;
}

export async function fail(source: { poll(): Promise<PollOutcome> }): Promise<PollFailure> {
  const outcome = harmless(await source.poll());
  if (outcome.ok) throw new Error('succeeded');
  return outcome;
}

export const codes = (outcome: PollOutcome) => outcome.notes.map(({ code }) => code);
