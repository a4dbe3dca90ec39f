import { readWholeTimestamp } from '../timestamps/families.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';

/** A sequence that sets the colour of a terminal, as of `jq -C`. */
const COLOUR = /\u001b\[[\d;]*[A-Za-z]/g;

export const removeColours = (line: string): string =>
  line.includes('\u001b') ? line.replace(COLOUR, '') : line;

/** The name of a container in `docker compose logs`, or of a pod in `kubectl logs --prefix`. */
const CONTAINER_NAME = /^(?:[A-Za-z][\w.-]{0,200}[-_]\d+ *\| |\[[\w.-]{1,100}\/[\w./-]{1,300}\] )/;

export const removeContainerName = (line: string): string => line.replace(CONTAINER_NAME, '');

/** `aws logs get-log-events --output text`: time of ingestion, message, time. */
const LOG_EVENT = /^EVENTS\t\d+\t(.*)\t(\d{13})$/;

/** Reads a row of `aws logs get-log-events --output text`. Null for any other line. */
export function readLogEvent(line: string): { text: string; timestamp: Timestamp | null } | null {
  const [, text, at] = line.startsWith('EVENTS\t') ? (LOG_EVENT.exec(line) ?? []) : [];
  return text === undefined ? null : { text, timestamp: readWholeTimestamp(at ?? '') };
}
