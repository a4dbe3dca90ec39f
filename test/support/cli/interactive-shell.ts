import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ShellSession {
  /** Types the keys and TAB. Returns the new line. */
  complete(keys: string): Promise<string>;
  /** Types the keys, TAB and ENTER. Resolves to the line when `isDone` returns true. */
  run(keys: string, isDone: () => boolean): Promise<string>;
  /** The output of the terminal. */
  shown(): string;
  close(): Promise<void>;
}

/** Longer than a loaded machine needs to start a shell or to complete a word. */
const TIMEOUT_MS = 15_000;

/**
 * Starts a shell with its real line editor on a new terminal. The key ^G, defined by the test, appends the
 * current line to a file.
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
    const deadline = Date.now() + TIMEOUT_MS;
    while (!what()) {
      if (Date.now() > deadline || child.exitCode !== null)
        throw new Error(`the shell does not respond: ${shown}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await until(() => shown.includes('READY'));
  const type = async (keys: string): Promise<string> => {
    const before = written().length;
    child.stdin.write(`${keys}\t\x07`);
    await until(() => written().length > before);
    return written()[before] ?? '';
  };
  return {
    complete: async (keys) => {
      const line = await type(keys);
      child.stdin.write('\x15');
      return line;
    },
    run: async (keys, isDone) => {
      const line = await type(keys);
      child.stdin.write('\r');
      await until(isDone).catch((error) => {
        // ^C, so that an unfinished line does not affect the next test.
        child.stdin.write('\x03');
        throw error;
      });
      return line;
    },
    shown: () => shown,
    close: async () => {
      child.stdin.end('exit\n');
      await ended;
    },
  };
}
