import { listPollingParts, type PollingState } from '../messages/polling/polling.ts';
import { createPalette } from '../terminal/colour.ts';
import { SEPARATOR } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';

/** One line with as many parts as fit. A first part that is too long is cut. */
export function formatPollingLine(
  state: PollingState,
  width: number,
  isAsciiOnly: boolean,
  times: TimeFormat,
): string {
  const { encode } = createPalette({ hasColour: false, isAsciiOnly });
  const separator = encode(SEPARATOR);
  const [first = '', ...others] = listPollingParts(state, times).map(encode);
  let line = first.slice(0, width).trimEnd();
  for (const part of others) {
    if (line.length + separator.length + part.length > width) break;
    line += separator + part;
  }
  return line;
}
