/** Suggests values for a wrong value of a flag. */
import { suggestDurations } from '../../../domain/time/duration-suggestions.ts';
import { formatInstant, parseInstant } from '../../../domain/time/instant.ts';
import { parseShare } from '../../../domain/verdict/confidence.ts';
import { askDidYouMean } from '../../../report/text/did-you-mean.ts';

export const hasNoUnit = (text: string): boolean => /^\s*\d+(?:[.,]\d+)?\s*$/.test(text);

/** Null if the text is not a duration. */
export const askForDuration = (text: string): string | null => askDidYouMean(suggestDurations(text));

/** `95`, `95 %`, `0,95` and `95 percent`. Null if the text is not a share. */
export function askForShare(text: string): string | null {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(',', '.')
    .replace(/\s*(?:%|percent|per cent|pct)$/, '%');
  const [, digits, percent] = /^(\d*\.?\d+)(%?)$/.exec(plain) ?? [];
  if (digits === undefined) return null;
  const number = Number(digits);
  const suggestion = percent === '%' || number > 1 ? `${number}%` : String(number);
  return parseShare(suggestion) === null ? null : askDidYouMean([suggestion]);
}

/** `1,000`, `1k`, `1e3`, `+5` and `5.0`. Null if the text is not a whole number of at least 1. */
export function askForCount(text: string): string | null {
  const plain = text.trim().toLowerCase();
  const [, digits = '', thousands] = /^\+?(\d+)(?:\.0+)?\s*(k)?$/.exec(removeSeparators(plain)) ?? [];
  const number = /^\de\d$/.test(plain)
    ? Number(plain)
    : Number(digits) * (thousands === undefined ? 1 : 1000);
  const isCount = Number.isInteger(number) && number >= 1 && number < 1e9;
  return isCount ? askDidYouMean([String(number)]) : null;
}

/** `1,000`, `1_000`, `1 000` and `1'000`. */
const removeSeparators = (text: string) => text.replace(/(\d)[,_ '](?=\d{3}(?!\d))/g, '$1');

/** `7 days ago`, `-7d`, `2026/1/31`, and seconds or milliseconds since 1970. Null if the text is not a time. */
export function askForMoment(text: string): string | null {
  const plain = text.trim();
  const [, year = '', month = '', day = ''] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(plain) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (parseInstant(`${date}T00:00:00Z`) !== null) return askDidYouMean([date]);
  const epoch = /^\d{10}$/.test(plain) ? Number(plain) * 1000 : /^\d{13}$/.test(plain) ? Number(plain) : null;
  return epoch === null
    ? askForDuration(plain.replace(/^-|\s*ago$/g, ''))
    : askDidYouMean([formatInstant(epoch)]);
}
