import type { Environment, PollNote, PollNoteCode } from './source.ts';

/** What in the environment hides this source from programs that use an AWS SDK: they never come to ask it. */
export function shadowingNotes(source: 'imds' | 'container', env: Environment): PollNote[] {
  const set = (name: string) => (env[name] ?? '').trim() !== '';
  const codes: PollNoteCode[] = [];
  if (set('AWS_ACCESS_KEY_ID') && set('AWS_SECRET_ACCESS_KEY')) codes.push('STATIC_KEYS_HIDE_SOURCE');
  // A leftover of IRSA hides EKS Pod Identity in every SDK.
  if (set('AWS_WEB_IDENTITY_TOKEN_FILE') && set('AWS_ROLE_ARN')) codes.push('WEB_IDENTITY_HIDES_SOURCE');
  if (source === 'imds' && namesContainer(env)) codes.push('CONTAINER_HIDES_IMDS');
  return codes.map((code) => ({ code, args: {} }));
}

/** The SDKs' own test: either URI set means the container endpoint, and then never IMDS (but in Java). */
export function namesContainer(env: Environment): boolean {
  return [env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, env.AWS_CONTAINER_CREDENTIALS_FULL_URI].some(
    (uri) => (uri ?? '').trim() !== '',
  );
}
