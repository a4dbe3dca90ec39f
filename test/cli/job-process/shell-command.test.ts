import { describe, expect, test } from 'vitest';
import { findShellCommand } from '../../../src/cli/job-process/process-info.ts';
import { runsOnly } from '../../../src/cli/job-process/shell-command.ts';

describe('findShellCommand', () => {
  test.each([
    ['/bin/sh', '-c', 'TEXT'],
    ['bash', '-ec', 'TEXT'],
    ['bash', '--norc', '-e', '-c', 'TEXT', 'name', 'argument'],
    ['-zsh', '-c', 'TEXT'],
    ['/bin/busybox', 'sh', '-c', 'TEXT'],
  ])('findShellCommand returns the text of %s %s', (...words) => {
    expect(findShellCommand(words)).toBe('TEXT');
  });

  test.each([
    ['/bin/sh', 'script', '-c', 'TEXT'],
    ['bash'],
    ['bash', '-c'],
    ['bash', '--rcfile', 'file', '-c', 'TEXT'],
    ['python3', '-c', 'TEXT'],
    [''],
  ])('findShellCommand returns null for %s %s %s', (...words) => {
    expect(findShellCommand(words)).toBeNull();
  });
});

describe('runsOnly', () => {
  const ARGS = ['env', '-j', '4h', '--process', 'get keys', '-f', 'process'];
  const COMMAND = "/usr/local/bin/cred-watch env -j 4h --process 'get keys' -f process";

  test.each([
    COMMAND,
    COMMAND.replaceAll("'", '"'),
    COMMAND.replace("'get keys'", 'get\\ keys'),
    `/usr/bin/env -u AWS_EC2_METADATA_DISABLED ${COMMAND}`,
    `exec ${COMMAND}`.replace('exec ', '  '),
    `${COMMAND} 2>/dev/null`,
    `${COMMAND} 2>> /var/log/gate.log`,
    `${COMMAND} >file 2>&1 `,
  ])('a shell runs only the program: %s', (text) => {
    expect(runsOnly(text, ARGS)).toBe(true);
  });

  test.each([
    ['another command before', `setup; ${COMMAND}`],
    ['another command after', `${COMMAND} && load`],
    ['a second line', `${COMMAND}\nload`],
    ['a first line', `setup\n${COMMAND}`],
    ['a pipe', `${COMMAND} | jq .`],
    ['a substitution', `load "$(${COMMAND})"`],
    ['backquotes', `load \`${COMMAND}\``],
    ['a background command', `${COMMAND} &`],
    ['a loop', `while true; do ${COMMAND}; done`],
    ['a text that is evaluated', `eval "${COMMAND}; load"`],
    ['a sourced script', '. job.sh'],
    ['a script', 'job.sh'],
    ['another command line of this program', COMMAND.replace('4h', '5h')],
    ['more arguments', `${COMMAND} --tty`],
    ['fewer arguments', COMMAND.replace(' -f process', '')],
    ['only the arguments', "env -j 4h --process 'get keys' -f process"],
    ['an open quote', `${COMMAND}'`],
    ['nothing', ''],
  ])('a shell runs more than the program, or another one: %s', (_, text) => {
    expect(runsOnly(text, ARGS)).toBe(false);
  });

  test('removing redirections takes linear time', () => {
    // In quadratic time, each line takes longer than the time limit of a test.
    expect(runsOnly(`x${' '.repeat(1_000_000)}y`, ARGS)).toBe(false);
    expect(runsOnly(`x${' >y'.repeat(300_000)}`, ['x'])).toBe(false);
    expect(runsOnly(`x${' >y'.repeat(300_000)} z`, ['x'])).toBe(false);
  });
});
