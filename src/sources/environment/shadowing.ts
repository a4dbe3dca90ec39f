import type { PollNote, PollNoteCode } from '../../domain/poll-note.ts';
import { addNotesOfBlankUris, isContainerEndpointSet } from '../container/settings.ts';
import type { Notes } from '../notes.ts';
import { findCredentialSetting } from '../profile/credentials.ts';
import type { ParsedProfileFiles } from '../profile/files.ts';
import type { SourceOptions } from '../source.ts';
import { type Environment, isVariableSet } from './variables.ts';

/** The codes of the notes that say which other provider SDKs use. */
export const SHADOWING_CODES: ReadonlySet<PollNoteCode> = new Set([
  'STATIC_KEYS_HIDE_SOURCE',
  'PROFILE_HIDES_SOURCE',
  'NAMED_PROFILE_MISSING',
  'WEB_IDENTITY_HIDES_SOURCE',
  'CONTAINER_HIDES_IMDS',
]);

/** Why SDKs use another provider than the polled source. Null if they use this source. */
export const findShadowingNote = (notes: readonly PollNote[]): PollNote | null =>
  notes.find(({ code }) => SHADOWING_CODES.has(code)) ?? null;

/** Adds a note for each setting that makes AWS SDKs use another provider than this source. */
export function addShadowingNotes(
  source: 'imds' | 'container' | 'profile',
  { env, profileFiles }: Pick<SourceOptions, 'env' | 'profileFiles'>,
  notes: Notes,
): void {
  const isSet = (name: string) => isVariableSet(env, name);
  if (isSet('AWS_ACCESS_KEY_ID') && isSet('AWS_SECRET_ACCESS_KEY'))
    notes.add({ code: 'STATIC_KEYS_HIDE_SOURCE' });
  if (source === 'profile') return;
  if (profileFiles !== undefined) addProfileNotes(env, profileFiles, notes);
  // For example leftover variables of IRSA, which hide EKS Pod Identity in every SDK.
  if (isSet('AWS_WEB_IDENTITY_TOKEN_FILE') && isSet('AWS_ROLE_ARN'))
    notes.add({ code: 'WEB_IDENTITY_HIDES_SOURCE' });
  if (source !== 'imds') return;
  if (isContainerEndpointSet(env)) notes.add({ code: 'CONTAINER_HIDES_IMDS' });
  addNotesOfBlankUris(env, notes);
}

function addProfileNotes(
  env: Environment,
  { profiles, selectedName }: ParsedProfileFiles,
  notes: Notes,
): void {
  const profile = profiles.get(selectedName);
  const key = profile === undefined ? null : findCredentialSetting(profile);
  if (key !== null) notes.add({ code: 'PROFILE_HIDES_SOURCE', profile: selectedName, key });
  if (profile === undefined && isVariableSet(env, 'AWS_PROFILE'))
    notes.add({ code: 'NAMED_PROFILE_MISSING', profile: selectedName });
}
