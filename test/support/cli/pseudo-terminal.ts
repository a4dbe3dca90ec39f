import { spawnSync } from 'node:child_process';
import { runShell } from './built-program.ts';
import { mayBeSkipped } from './namespaces.ts';
import type { Run } from './program-run.ts';

const hasScript = spawnSync('sh', ['-c', 'command -v script stty']).status === 0;

/** Why tests of terminals are skipped; null if they run. In CI, a missing program is a failure. */
export const noTerminal = hasScript || !mayBeSkipped ? null : 'script is not installed';

interface Terminal {
  columns?: number;
  env?: Readonly<Record<string, string>>;
}

/** Runs the built program on a pseudo-terminal. stdout has what the terminal got, with line ends as `\n`. */
export async function runOnTerminal(
  args: readonly string[],
  { columns = 80, env = {} }: Terminal = {},
): Promise<Run> {
  const words = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
  const command = `stty cols ${columns} && "$NODE" "$PROGRAM" ${words}`;
  const run = await runShell('script -qec "$COMMAND" /dev/null', {
    env: { TERM: 'xterm-256color', ...env, COMMAND: command },
  });
  return { ...run, stdout: run.stdout.replaceAll('\r\n', '\n') };
}
