import type { PollNote } from '../poll-note.ts';

/** The prefix of key ids that `simulate` makes. `ASIA` means "temporary". AWS rejects these keys. */
export const FALSE_KEY_PREFIX = 'ASIAFALSE';

/** True for keys of `cred-watch simulate`. A key id of AWS begins so by chance once in 33 million times. */
export const isFalseKeyId = (accessKeyId: string): boolean => accessKeyId.startsWith(FALSE_KEY_PREFIX);

/** What a poll notes about this key. */
export const listFalseKeyNotes = (accessKeyId: string): PollNote[] =>
  isFalseKeyId(accessKeyId) ? [{ code: 'SIMULATED_CREDENTIALS' }] : [];
