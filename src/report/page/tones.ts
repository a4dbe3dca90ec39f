import type { Verdict } from '../../domain/model.ts';

/** What a verdict looks like: by its word, its shape and its colour. */
export type Tone = 'safe' | 'bad' | 'unsure';

export const toneOf = (verdict: Verdict): Tone =>
  verdict === 'safe' ? 'safe' : verdict === 'unknown' ? 'unsure' : 'bad';

const WORDS: Record<Tone, string> = { safe: 'safe', bad: 'not safe', unsure: 'unknown' };

export const verdictWord = (verdict: Verdict) => WORDS[toneOf(verdict)];
