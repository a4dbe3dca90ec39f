import type { PollNote } from '../../domain/poll-note.ts';
import { DECISIVE_VARIABLES } from '../../domain/provider-chain/misspelt-variables.ts';
import { type ChainFacts, createProvider, type Provider } from '../../domain/provider-chain/providers.ts';
import { toStoredKeyId } from '../../key-id.ts';
import { addNoteOfBlanks, findBlanks, isQuoted } from '../document/named-value.ts';
import { type Environment, readVariable } from '../environment/variables.ts';
import { Notes } from '../notes.ts';
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
    clients: isOnlyBlanks ? ['java', 'rust'] : ['java'],
    provider: await probeEnvironment({ ...options, env: { ...env, ...trimmed } }),
  };
}

/** SDKs read these as a name, a word or an IP version, and have findings of their own. */
const OTHER_FINDINGS = /^AWS_EC2_METADATA_(DISABLED|V1_DISABLED|SERVICE_ENDPOINT_MODE)$/;

/** Blanks and quotes that `docker run --env-file` and YAML leave around values. */
export function findVariableNotes(env: Environment): readonly PollNote[] {
  const notes = new Notes();
  for (const name of DECISIVE_VARIABLES.filter((each) => !OTHER_FINDINGS.test(each))) {
    const value = env[name] ?? '';
    addNoteOfBlanks({ name, value }, notes);
    if (isQuoted({ name, value })) notes.add({ code: 'VALUE_QUOTED', name });
  }
  return notes.list;
}
