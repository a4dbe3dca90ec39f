import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startProgram } from './support/cli/built-program.ts';
import { CANARIES } from './support/cli/canaries.ts';
import { findCanaries, makeHome } from './support/cli/canary-home.ts';
import { runCommand } from './support/cli/run-command.ts';
import { getContainerCredentials, getDocument, startServer } from './support/cli/running-server.ts';
import { curl } from './support/cli/running-simulation.ts';
import { sampleCases } from './support/thorough.ts';

const { secretKey, sessionToken, word } = CANARIES;

/** Prints keys, which consist of marked secrets, until a file exists. Then it fails with a secret in its message. */
function writeSource(home: string, broken: string): string {
  const document = (expiration: string) =>
    JSON.stringify({
      Version: 1,
      AccessKeyId: 'ASIATESTTESTTEST0001',
      SecretAccessKey: secretKey,
      SessionToken: sessionToken,
      Expiration: expiration,
    });
  const path = join(home, 'source.sh');
  const [before = '', after = ''] = document('EXPIRATION').split('EXPIRATION');
  const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  writeFileSync(
    path,
    `[ -e ${broken} ] && { printf %s ${quote(document('x'))} >&2; printf 'no: %s' ${quote(sessionToken)}; exit 1; }
e=$(date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)
printf '%s%s%s' ${quote(before)} "$e" ${quote(after)}
`,
  );
  return `sh ${path} --token ${word}`;
}

describe('no secret of serve is printed, stored or shown to a client without its token', () => {
  const { home, env } = makeHome(afterAll);
  const ways: [string, string[], typeof runCommand][] = [
    ['text', ['--shape', 'imds'], runCommand],
    ['text with --debug', ['--debug', '--shape', 'imds', '--allow-v1'], runCommand],
    ['JSON', ['-f', 'json', '--shape', 'imds,ecs,cloudshell'], runCommand],
  ];

  test.for(sampleCases(ways, 5))('no secret of serve is printed or stored with %s', async ([name, args]) => {
    const broken = join(home, `broken-${name.replaceAll(' ', '-')}`);
    const command = writeSource(home, broken);
    // The command line itself contains a secret.
    const given = ['--process', command, ...args];
    const isJson = args.includes('json');
    const server = await startServer(given, { env }, isJson ? startProgram : undefined);
    const pages: string[] = [];
    const readPages = async () => {
      for (const path of ['/healthz', '/metrics', '/', '/latest/meta-data/', '/x', '/latest/user-data'])
        pages.push((await curl(`${server.origin}${path}`)).body);
    };
    await readPages();
    const served = isJson ? await readContainers(server.started) : [await getDocument(server.environment)];
    // The clients that may have the secrets get them.
    expect(JSON.stringify(served)).toContain(JSON.stringify(sessionToken).slice(1, -1));
    writeFileSync(broken, '');
    await server.logged(/could not refresh/);
    await readPages();
    const run = await server.stop();
    expect(run.code).toBe(0);
    const report = await runCommand(['report', '-f', 'json'], { env });
    const users = await runCommand(['serve', '--who', '-f', 'json'], { env });
    expect(users.stdout).toContain('ASIA…0001');
    const outputs = [run, report, users, { ...run, stdout: pages.join('\n'), stderr: '' }];
    const found = findCanaries(home, outputs).filter((each) => !each.includes('source.sh'));
    expect(found).toEqual([]);
  });

  /** All container shapes, with the variables that were printed. */
  async function readContainers(started: string) {
    const { environments } = JSON.parse(started.split('\n')[0] ?? '');
    const containers = environments.filter(({ shape }: { shape: string }) => shape !== 'imds');
    return Promise.all(
      containers.map(async ({ variables }: { variables: Record<string, string> }) => {
        const { status, body } = await getContainerCredentials(variables);
        expect(status).toBe(200);
        return JSON.parse(body);
      }),
    );
  }

  test('the error of wrong usage does not quote a command', async () => {
    for (const value of [`a=proces:print ${word}`, `print ${word}`, `a=process:`]) {
      const run = await runCommand(['serve', '--serve', value], { env });
      expect(run.code).toBe(2);
      expect(findCanaries(home, [run]).filter((each) => !each.includes('source.sh'))).toEqual([]);
    }
  });
});
