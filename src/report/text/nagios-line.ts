import type { Seconds } from '../../domain/model.ts';
import type { Safety } from '../../domain/verdict/job-verdict.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';

const STATES = { safe: 'OK', 'not-safe': 'CRITICAL', unknown: 'UNKNOWN' } as const;

/**
 * One line as the Monitoring Plugins guidelines require: state, text, `|`, performance data
 * (`'label'=value[unit];[warn];[crit];[min];[max]`; the range `16500:` alerts below 16500).
 * @param data performance data; may be `''`
 */
export const formatNagiosLine = (verdict: Safety, text: string, data: string): string =>
  `CREDWATCH ${STATES[verdict]} - ${escapeText(text)}${data === '' ? '' : ` | ${data}`}\n`;

/** Alerts below `required`. `''` if the remaining validity is unknown. */
export const formatRemainingData = (
  remaining: Seconds | null,
  required: Seconds | null,
  max: Seconds | null,
): string =>
  remaining === null
    ? ''
    : `'remaining'=${remaining}s;;${required === null ? '' : `${required}:`};;${max ?? ''}`;

/** For an error before the verdict. */
export const renderNagiosError = (message: string) => formatNagiosLine('unknown', message, '');

/** A bar would start the performance data. */
const escapeText = (text: string) => escapeUnprintable(text).replaceAll('|', '/');

/** Inserts notes before the performance data. */
export function addToNagiosLine(line: string, notes: readonly string[]): string {
  const text = notes.map((note) => `; ${escapeText(note)}`).join('');
  return line.replace(/ \| |\n/, (end) => `${text}${end}`);
}
