import type { Status } from '../../domain/status/status.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import { listStatusParts } from '../messages/status/status-parts.ts';
import { createPalette, paintBySafety } from '../terminal/colour.ts';
import type { TimedTextStyle } from '../terminal/text-style.ts';
import { SEPARATOR } from '../text/format-values.ts';

export type StatusContext = Omit<TimedTextStyle, 'width'>;

/** One line, of any length. */
export function renderStatusText(status: Status, style: StatusContext): string {
  const palette = createPalette(style);
  const texts = listStatusParts(status, style.times).map(({ text, emphasis }) => {
    if (emphasis === 'warning') return palette.warning(text);
    if (emphasis === undefined) return text;
    return status.verdict === null
      ? palette.bold(text)
      : paintBySafety(toSafety(status.verdict), text, palette);
  });
  return palette.encode(`${texts.join(SEPARATOR)}\n`);
}
