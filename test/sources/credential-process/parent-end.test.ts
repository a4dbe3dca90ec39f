import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProgram } from '../../support/cli/built-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { createLifeline } from '../../support/sources/lifeline.ts';
import { sampleCases } from '../../support/thorough.ts';

/** Every command that runs a credential_process, with and without listeners for signals. */
const COMMANDS: Record<string, string[]> = {
  poll: ['poll'],
  'poll --interval': ['poll', '--interval', '1m'],
  'poll --listen': ['poll', '--interval', '1m', '--listen', '127.0.0.1:0'],
  check: ['check', '-j', '1h'],
  'check --wait': ['check', '-j', '1h', '--wait', '1h'],
  env: ['env', '-j', '1h', '-f', 'json'],
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL', 'SIGALRM'] as const;

/** The process, its children and their children. All of them ignore signals. */
const HANG = "trap '' TERM INT HUP QUIT; (sleep 600 & sleep 600) & sleep 600; sleep 600";

const start = (args: readonly string[], rest: readonly string[] = []) => {
  const { hold, held, released } = createLifeline();
  const home = temporaryFolder();
  const program = startProgram([...args, '--process', `${hold}; ${HANG}`, ...rest], {
    env: { HOME: home, XDG_STATE_HOME: home },
    cwd: home,
  });
  return { program, held, released };
};

const cases = Object.entries(COMMANDS).flatMap(([name, args]) =>
  SIGNALS.map((signal) => [name, signal, args] as const),
);

test.each(sampleCases(cases, 42))(
  'the process of %s ends with all of its children when cred-watch gets %s',
  async (_, signal, args) => {
    const { program, held, released } = start(args);
    await held;
    program.child.kill(signal);
    await program.done;
    await released;
  },
);

test.each(sampleCases(SIGNALS, 6))(
  'the process of exec ends when cred-watch gets %s before the command starts',
  async (signal) => {
    const { program, held, released } = start(['exec', '-j', '1h'], ['--', 'true']);
    await held;
    program.child.kill(signal);
    await program.done;
    await released;
  },
);

test('the process of a profile ends when cred-watch is killed', async () => {
  const { hold, held, released } = createLifeline();
  const home = temporaryFolder();
  const config = join(home, 'config');
  writeFileSync(config, `[profile x]\ncredential_process = sh -c '${hold}; sleep 600; true'\n`);
  const program = startProgram(['sources', '--profile', 'x'], {
    env: { AWS_CONFIG_FILE: config },
    cwd: home,
  });
  await held;
  program.child.kill('SIGKILL');
  expect((await program.done).signal).toBe('SIGKILL');
  await released;
});
