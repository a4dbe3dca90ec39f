import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { runCheck } from '../../../src/cli/init/check/run-check.ts';
import type { InitFlags } from '../../../src/cli/init/init-flags.ts';
import { runInit } from '../../../src/cli/init/run-init.ts';
import { readUserName } from '../../../src/cli/init/user.ts';
import { minimalEnvironment } from '../cli/program-run.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { createTestIo } from '../cli/test-io.ts';
import { recorder } from './recorder.ts';
import { writeCrontabStandIn, writeSystemctlStandIn } from './stand-ins.ts';

interface CheckDocument {
  is_ok: boolean;
  checks: readonly {
    code: string;
    state: string;
    message: string;
    fix: string | null;
    [field: string]: unknown;
  }[];
}

/**
 * A machine whose files are in a folder, with stand-ins for `crontab` and `systemctl`.
 * @param env the variables of the source
 */
export function createMachine(env: Readonly<Record<string, string>>, { isRoot = false } = {}) {
  const folder = temporaryFolder();
  const root = join(folder, 'root');
  const crontab = writeCrontabStandIn(folder);
  const systemctl = writeSystemctlStandIn(folder);
  const database = join(folder, 'state/cred-watch/samples.db');
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 });
  const variables = minimalEnvironment({
    ...env,
    HOME: folder,
    PATH: crontab.path,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
  });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('proc/1/comm', 'systemd\n');
  const check = async (args: Partial<InitFlags> = {}) => {
    const output = recorder();
    const io = createTestIo(variables, '', { ...output.outputs, home: folder, isRoot });
    const flags = { source: 'auto', format: 'json', ...args } as const;
    const code = await runCheck(flags, io, root);
    return { code, stdout: output.stdout() };
  };
  /** `init`, which reads the machine in the folder. */
  const init = async (
    args: Partial<InitFlags> = {},
    {
      answer = null,
      variables: changes = {},
    }: { answer?: string | null; variables?: NodeJS.ProcessEnv } = {},
  ) => {
    const output = recorder();
    const canAsk = () => answer !== null;
    const io = createTestIo({ ...variables, ...changes } as Record<string, string>, answer ?? '', {
      ...{ ...output.outputs, home: folder, isRoot, canAsk },
    });
    const flags: InitFlags = { source: 'auto', format: 'text', ...args };
    const command = new Command();
    const invocation = { io, program: command, command, ownArguments: ['init'], childCommand: [] };
    const code = await runInit(flags, invocation, root);
    return { code, stdout: output.stdout(), stderr: output.stderr() };
  };
  return {
    ...{ folder, root, crontab, systemctl, database, write, init },
    env: variables,
    user: readUserName({ userId: process.getuid?.() ?? null }),
    /** As with the option `hidepid` of `/proc`. */
    hideProcesses: () => rmSync(join(root, 'proc/1'), { recursive: true }),
    /** A process with this command line. */
    addProcess(pid: number, words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
      write(`proc/${pid}/cmdline`, words.map((word) => `${word}\0`).join(''));
      write(`proc/${pid}/comm`, `${words[0]?.split('/').at(-1)}\n`);
      const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
      write(`proc/${pid}/environ`, entries.join(''));
    },
    check: async (args: Partial<InitFlags> = {}): Promise<CheckDocument & { code: number }> => {
      const { code, stdout } = await check(args);
      return { code, ...JSON.parse(stdout) };
    },
    checkText: async () => (await check({ format: 'text' })).stdout,
  };
}
