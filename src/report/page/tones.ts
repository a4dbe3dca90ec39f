import type { Verdict } from '../../domain/verdict/job-verdict.ts';
import { toSafety } from '../../domain/verdict/judgements.ts';

/** What a verdict looks like: by its word, its shape and its colour. */
export type Tone = 'safe' | 'bad' | 'unsure';

const TONES = { safe: 'safe', 'not-safe': 'bad', unknown: 'unsure' } as const;

export const getTone = (verdict: Verdict): Tone => TONES[toSafety(verdict)];
