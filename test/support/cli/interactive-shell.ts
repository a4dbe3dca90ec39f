import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ShellSession {
  /** What the line of the prompt becomes when these keys and TAB are pressed. */
  complete(keys: string): Promise<string>;
  /** What the terminal has shown. */
  shown(): string;
  close(): Promise<void>;
}

/** More than a loaded machine takes to start a shell, or to complete one word. */
const PATIENCE = 15_000;

/**
 * A shell on a terminal of its own, whose line editor is the real one: keys go in, and the line that came of them is read
 * with a key of ours (^G), which appends it to a file.
 */
export async function startShell(
  shell: readonly string[],
  startup: (lines: string) => string,
  { folder, env }: { folder: string; env: Record<string, string> },
): Promise<ShellSession> {
  const lines = join(folder, '.lines');
  writeFileSync(join(folder, '.startup'), startup(lines));
  const child = spawn('script', ['--quiet', '--return', '--command', shell.join(' '), '/dev/null'], {
    cwd: folder,
    env: { ...env, TERM: 'dumb' },
    stdio: 'pipe',
  });
  let shown = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const written = () => (existsSync(lines) ? readFileSync(lines, 'utf8').split('\n').slice(0, -1) : []);
  const until = async (what: () => boolean) => {
    const deadline = Date.now() + PATIENCE;
    while (!what()) {
      if (Date.now() > deadline || child.exitCode !== null)
        throw new Error(`the shell stands still: ${shown}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await until(() => shown.includes('READY'));
  return {
    complete: async (keys) => {
      const before = written().length;
      child.stdin.write(`${keys}\t\x07`);
      await until(() => written().length > before);
      child.stdin.write('\x15');
      return written()[before]!;
    },
    shown: () => shown,
    close: async () => {
      child.stdin.end('exit\n');
      await ended;
    },
  };
}
