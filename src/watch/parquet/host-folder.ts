import { digest } from '../../digest.ts';
import { formatPartition } from '../../report/parquet/partition.ts';

/** The limit of most file systems. */
const MAX_NAME_BYTES = 255;

/** Identifies a text in a name of a file. */
export const digestName = (text: string): string => digest(text, 16);

/** The folder of a host. A name that is too long for a file system is cut, and made unique by a digest. */
export function formatHostFolder(host: string): { name: string; isShortened: boolean } {
  const name = formatPartition('host', host);
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return { name, isShortened: false };
  const end = `~${digestName(host)}`;
  const characters = [...host];
  // Each character of the host has at most four bytes, so this ends.
  for (let kept = characters.length - 1; ; kept -= 1) {
    const short = `${formatPartition('host', `${characters.slice(0, kept).join('')}x`).slice(0, -1)}${end}`;
    if (Buffer.byteLength(short) <= MAX_NAME_BYTES) return { name: short, isShortened: true };
  }
}
