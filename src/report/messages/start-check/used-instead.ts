import type { PollNote, PollNoteCode, PollNoteFields } from '../../../domain/poll-note.ts';

/** The notes that say which other credentials SDKs use, in a few words. `describePollNote` has the whole text. */
const TEXTS: { [C in PollNoteCode]?: (fields: PollNoteFields[C]) => string } = {
  STATIC_KEYS_HIDE_SOURCE: () => 'SDKs use the keys in AWS_ACCESS_KEY_ID instead',
  PROFILE_HIDES_SOURCE: ({ profile }) => `SDKs use profile ${profile} instead`,
  NAMED_PROFILE_MISSING: ({ profile }) =>
    `some SDKs fail, because AWS_PROFILE names the missing profile ${profile}`,
  WEB_IDENTITY_HIDES_SOURCE: () => 'SDKs use the role of AWS_WEB_IDENTITY_TOKEN_FILE instead',
  CONTAINER_HIDES_IMDS: () => 'most SDKs use the container endpoint instead',
};

/** For one line: what SDKs use instead of the polled source. The first note wins in most SDKs. Null without a note. */
export function describeUsedInstead(notes: readonly PollNote[]): string | null {
  for (const note of notes) {
    const text = describe(note);
    if (text !== null) return text;
  }
  return null;
}

function describe<Code extends PollNoteCode>(note: PollNote<Code>): string | null {
  const text: ((fields: PollNote<Code>) => string) | undefined = TEXTS[note.code];
  return text?.(note) ?? null;
}
