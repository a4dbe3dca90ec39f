import { CLIENTS } from '../../domain/provider-chain/clients.ts';
import { type ChainFacts, createProvider, type Provider } from '../../domain/provider-chain/providers.ts';
import { CLIENT_RULES } from '../../domain/provider-chain/rules/all-rules.ts';
import { toStoredKeyId } from '../../key-id.ts';
import { findBlanks } from '../document/named-value.ts';
import { readVariable } from '../environment/variables.ts';
import type { SourceOptions } from '../source.ts';
import { pollProvider } from './provider.ts';

const KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const KEYS = [KEY_ID, SECRET_KEY, 'AWS_SESSION_TOKEN'] as const;

/** The keys in the environment as most SDKs read them: only an empty variable counts as not set. */
export async function probeEnvironment(options: SourceOptions): Promise<Provider> {
  const { env } = options;
  if (!env[KEY_ID]) {
    return readVariable(env, SECRET_KEY) !== null
      ? createProvider('environment', { state: 'incomplete', problem: { code: 'NO_KEY_ID' } })
      : createProvider('environment');
  }
  if (env[SECRET_KEY]) return pollProvider('environment', options);
  const keyId = readVariable(env, KEY_ID);
  return createProvider('environment', {
    state: 'incomplete',
    problem: { code: 'NO_SECRET_KEY' },
    accessKeyId: keyId === null ? null : toStoredKeyId(keyId),
  });
}

/** @see ChainFacts.otherEnvironment */
export async function probeOtherEnvironment(options: SourceOptions): Promise<ChainFacts['otherEnvironment']> {
  const { env } = options;
  const blanks = KEYS.map((name) => findBlanks(env[name] ?? '')).filter((place) => place !== null);
  if (blanks.length === 0) return null;
  const isOnlyBlanks = blanks.every((place) => place === 'everywhere');
  const trimmed = Object.fromEntries(KEYS.map((name) => [name, env[name]?.trim()]));
  return {
    clients: CLIENTS.filter((client) => {
      const { blanksAroundKeys } = CLIENT_RULES[client];
      return blanksAroundKeys === 'removed' || (isOnlyBlanks && blanksAroundKeys === 'ignored');
    }),
    provider: await probeEnvironment({ ...options, env: { ...env, ...trimmed } }),
  };
}
