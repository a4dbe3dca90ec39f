import type { SocketAddress } from '../../../domain/setup/setup-plan.ts';
import { LISTEN, splitTcpLine } from '../../../server/serving/peer/tcp-table.ts';

/** Parses `/proc/net/tcp` and `/proc/net/tcp6`. Returns the addresses at which programs listen. */
export function parseListeners(text: string): SocketAddress[] {
  return text.split('\n').flatMap((line) => {
    const columns = splitTcpLine(line);
    if (columns?.state !== LISTEN) return [];
    const [address = '', port = ''] = columns.local.split(':');
    return [{ host: parseAddress(address), port: Number.parseInt(port, 16) }];
  });
}

/** The kernel writes each word of 32 bits in the byte order of the machine. All supported machines are little-endian. */
function parseAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[2 * index]}${bytes[2 * index + 1]}`);
  const short = groups.map((group) => group.toLowerCase().replace(/^0{1,3}/, ''));
  // The URL parser shortens the longest run of zeros.
  return new URL(`http://[${short.join(':')}]/`).hostname.slice(1, -1);
}
