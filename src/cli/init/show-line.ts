import { existsSync } from 'node:fs';
import { isOrdinaryPath, redactCronLine } from '../../domain/installation/shown-line.ts';
import type { Io } from '../process/io.ts';

/**
 * Shows a line of a crontab without secrets. The paths of this program and of the database stay, and so do ordinary paths
 * of existing files.
 */
export function createLineRedactor(
  { programFiles: { node, program } }: Pick<Io, 'programFiles'>,
  databases: readonly string[] = [],
): (line: string) => string {
  const own = new Set([node, program, ...databases]);
  return (line) =>
    redactCronLine(line, (path) => own.has(path) || (isOrdinaryPath(path) && existsSync(path)));
}
