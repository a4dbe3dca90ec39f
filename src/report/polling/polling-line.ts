import { listPollingParts, type PollingState } from '../messages/polling/polling.ts';
import { toAscii } from '../text/ascii.ts';
import { getSeparator } from '../text/format-values.ts';

/** One line with as many parts as fit. A first part that is too long is cut. */
export function formatPollingLine(state: PollingState, width: number, isAsciiOnly: boolean): string {
  const separator = getSeparator(isAsciiOnly);
  const parts = listPollingParts(state);
  const [first = '', ...others] = isAsciiOnly ? parts.map(toAscii) : parts;
  let line = first.slice(0, width).trimEnd();
  for (const part of others) {
    if (line.length + separator.length + part.length > width) break;
    line += separator + part;
  }
  return line;
}
