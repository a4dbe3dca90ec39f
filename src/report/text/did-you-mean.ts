import { joinWords } from './format-values.ts';

/** `did you mean 5h or 5m?`; null without suggestions. */
export const askDidYouMean = (suggestions: readonly string[]): string | null =>
  suggestions.length === 0 ? null : `did you mean ${joinWords(suggestions, 'or')}?`;
