import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../cli/temporary-folder.ts';

/**
 * A pipe whose write end is open in every process that a shell starts after `hold`. `held` is the id of the
 * parent of the shell, which Node.js started. `released` resolves when all of these processes have ended.
 */
export function createLifeline() {
  const fifo = join(temporaryFolder(), 'lifeline');
  execFileSync('mkfifo', [fifo]);
  const stream = createReadStream(fifo);
  const held = new Promise<string>((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
  const released = new Promise<void>((resolve) => stream.once('end', resolve));
  return { hold: `exec 9> ${fifo}; echo $PPID >&9`, held, released };
}
