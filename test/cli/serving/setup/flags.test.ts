import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../support/cli/run-command.ts';

const run = (...words: string[]) => runCommand(['serve', ...words]);

describe('the flags of the set-up', () => {
  test.each(['linux', 'macos', 'windows'])('--setup %s prints only the script', async (system) => {
    const { code, stdout, stderr } = await run('--setup', system, '--listen', '127.0.0.1:4000');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^#/);
    expect(stdout).toContain('http://169.254.169.254/ to 127.0.0.1:4000');
    expect(stdout).toContain(`cred-watch serve --setup ${system} --listen 127.0.0.1:4000`);
    expect(stdout).not.toContain('169.254.170');
  });

  test.each(['linux', 'macos', 'windows'])('--setup-undo %s prints only the script', async (system) => {
    const { code, stdout, stderr } = await run('--setup-undo', system);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^#/);
    expect(stdout).toContain(`cred-watch serve --setup-undo ${system}`);
  });

  test('the name of a role before an address is ignored', async () => {
    expect((await run('--setup', 'linux', '--listen', 'ops=127.0.0.1:4000')).stdout).toContain(
      'dnat to 127.0.0.1:4000',
    );
  });

  test.each([
    [['--setup', 'plan9'], "--setup 'plan9' is unknown"],
    [['--setup', 'linux', '--setup-check'], '--setup and --setup-check cannot be combined'],
    [['--setup', 'linux', '--setup-undo', 'linux'], '--setup and --setup-undo cannot be combined'],
    [
      ['--setup', 'linux', '--role-arn', 'arn:aws:iam::111122223333:role/x'],
      '--role-arn has no effect with --setup',
    ],
    [['--setup', 'linux', '--no-log'], '--no-log has no effect with --setup'],
    [['--setup', 'linux', '--allow-remote'], '--allow-remote has no effect with --setup'],
    [['--setup', 'linux', '-f', 'json'], '--format has no effect with --setup'],
    [['--setup-undo', 'linux', '--shape', 'ecs'], '--shape has no effect with --setup-undo'],
    [['--setup-check', '--allow-host', 'x'], '--allow-host has no effect with --setup-check'],
    [['--setup', 'macos', '--setup-bridge', 'bridge0'], '--setup-bridge has an effect only on Linux'],
    [['--setup', 'windows', '--setup-firewall', 'nft'], '--setup-firewall has an effect only on Linux'],
    [['--setup-bridge', 'docker0'], '--setup-bridge needs --setup or --setup-check'],
    [
      ['--setup', 'linux', '--setup-bridge', "a'; reboot"],
      "--setup-bridge 'a'; reboot' is not a network interface",
    ],
    [['--setup', 'linux', '--setup-bridge', '-x'], "--setup-bridge '-x' is not a network interface"],
    [['--setup', 'linux', '--shape', 'ec3'], "--shape 'ec3' is unknown"],
    [['--setup', 'linux', '--shape', 'cloudshell'], 'clients of the shape cloudshell use 127.0.0.1:1338'],
    [['--setup', 'linux', '--shape', 'ecs', '--listen', '[::1]:1338'], 'cannot be routed to an IPv6 address'],
    [['--setup', 'linux', '--listen', '127.0.0.1:0'], '--listen 127.0.0.1:0 has no fixed port'],
    [['--setup', 'linux', '--listen', 'example.com:80'], "'example.com:80' is not an IP address with a port"],
  ])('%j is rejected', async (words, message) => {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('hint: ');
  });
});
