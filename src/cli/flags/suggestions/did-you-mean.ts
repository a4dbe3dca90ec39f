/** `did you mean 5h or 5m?`; null without suggestions. */
export function askDidYouMean(suggestions: readonly string[]): string | null {
  const last = suggestions.at(-1);
  if (last === undefined) return null;
  const others = suggestions.slice(0, -1);
  return `did you mean ${others.length === 0 ? '' : `${others.join(', ')} or `}${last}?`;
}
