import { answerOf } from '../../domain/judgements.ts';
import type { Verdict } from '../../domain/model.ts';

/** What a verdict looks like: by its word, its shape and its colour. */
export type Tone = 'safe' | 'bad' | 'unsure';

const TONES = { safe: 'safe', 'not-safe': 'bad', unknown: 'unsure' } as const;

export const toneOf = (verdict: Verdict): Tone => TONES[answerOf(verdict)];
