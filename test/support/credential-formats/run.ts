import { type SpawnOptions, spawn } from 'node:child_process';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, in nothing but the given environment. */
export function run(
  [program, ...args]: readonly [string, ...string[]],
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> & { env: Record<string, string>; input?: string },
): Promise<Ended> {
  const { input = '', ...rest } = options;
  const child = spawn(program, args, { ...rest, stdio: 'pipe' });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      ended[name] += text;
    });
  }
  // A program that ends without reading closes the pipe under us.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}
