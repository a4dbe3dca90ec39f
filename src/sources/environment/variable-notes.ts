import type { PollNote } from '../../domain/poll-note.ts';
import { DECISIVE_VARIABLES } from '../../domain/provider-chain/decisive-variables.ts';
import { addNoteOfBlanks, isQuoted } from '../document/named-value.ts';
import { Notes } from '../notes.ts';
import type { Environment } from './variables.ts';

const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** SDKs treat a blank value of these in their own ways, which BLANK_VARIABLE reports. */
const WORD_VARIABLE = /^AWS_EC2_METADATA_(DISABLED|V1_DISABLED|SERVICE_ENDPOINT_MODE)$/;

/** Blanks and quotes that `docker run --env-file` and YAML leave around values. */
export function findVariableNotes(env: Environment): readonly PollNote[] {
  const notes = new Notes();
  for (const name of DECISIVE_VARIABLES) {
    const value = env[name] ?? '';
    if (value.trim() === '' && WORD_VARIABLE.test(name)) continue;
    // A line break after the token has the note TOKEN_TRAILING_NEWLINE.
    addNoteOfBlanks({ name, value: name === TOKEN ? value.replace(/\r?\n$/, '') : value }, notes);
    if (isQuoted({ name, value })) notes.add({ code: 'VALUE_QUOTED', name });
  }
  return notes.list;
}
