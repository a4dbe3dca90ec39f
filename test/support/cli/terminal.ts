import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { quoteForShell } from '../../../src/untrusted-text.ts';
import { PROGRAM } from './built-program.ts';
import { minimalEnvironment, type RunOptions } from './program-run.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TerminalRun {
  /** Everything that the program has written, with escape sequences. */
  output(): string;
  /** The lines of the screen, without the effect of its width. The last line is the one with the cursor. */
  screen(): string[];
  /** Resolves when the screen matches. */
  shows(pattern: RegExp): Promise<void>;
  type(keys: string): void;
  resize(columns: number): void;
  /** Resolves to the exit code. */
  done: Promise<number | null>;
}

const CTRL_C = '\x03';
/** Longer than a loaded machine needs to start the program. */
const TIMEOUT_MS = 15_000;

/** Runs the built program on a new pseudo-terminal of `script`. It is ended after the test. */
export function startOnTerminal(
  args: readonly string[],
  { columns = 100, env }: { columns?: number } & Pick<RunOptions, 'env'> = {},
): TerminalRun {
  const tty = join(temporaryFolder(), 'tty');
  const command = [process.execPath, PROGRAM, ...args].map(quoteForShell).join(' ');
  const setUp = `tty > ${tty}; stty cols ${columns} rows 24`;
  const child = spawn(
    'script',
    ['--quiet', '--return', '--command', `${setUp}; exec ${command}`, '/dev/null'],
    {
      env: minimalEnvironment({ TERM: 'xterm', ...env }),
      stdio: 'pipe',
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => {});
  const done = new Promise<number | null>((resolve) => child.once('close', resolve));
  const type = (keys: string) => void child.stdin.write(keys);
  onTestFinished(async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    type(CTRL_C);
    await done;
    clearTimeout(timer);
  });
  return {
    output: () => output,
    screen: () => renderScreen(output),
    async shows(pattern) {
      const deadline = Date.now() + TIMEOUT_MS;
      while (!pattern.test(renderScreen(output).join('\n'))) {
        if (Date.now() > deadline || (child.exitCode !== null && existsSync(tty)))
          throw new Error(`the screen does not show ${pattern}:\n${renderScreen(output).join('\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    type,
    resize(wanted) {
      const name = readFileSync(tty, 'utf8').trim();
      const { status, stderr } = spawnSync('stty', ['-F', name, 'cols', String(wanted)], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
    },
    done,
  };
}

/** Applies CR, LF and the sequence that erases to the end of the screen. Other sequences stay visible. */
function renderScreen(output: string): string[] {
  const lines = [''];
  let column = 0;
  for (const [piece] of output.matchAll(/\u001b\[J|\r|\n|[^\r\n\u001b]+|\u001b/g)) {
    const line = lines.at(-1) ?? '';
    if (piece === '\r') column = 0;
    else if (piece === '\n') lines.push('');
    else if (piece === '\u001b[J') lines[lines.length - 1] = line.slice(0, column);
    else {
      lines[lines.length - 1] = line.slice(0, column) + piece + line.slice(column + piece.length);
      column += piece.length;
    }
  }
  return lines;
}
