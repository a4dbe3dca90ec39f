import { expect, test } from 'vitest';
import { findShellSyntax } from '../../../src/sources/profile/shell-syntax.ts';

// Measured with botocore 1.43.11, which splits with `shlex.split` and starts the program without a shell.
test.each<[command: string, syntax: string | null]>([
  ['~/bin/creds', '~'],
  ['  ~/bin/creds --json', '~'],
  ['cat ~/creds.json', '~'],
  ['$HOME/bin/creds', '$'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell syntax
  ['"${HOME}/bin/creds"', '$'],
  ['creds $(hostname)', '$'],
  ['creds `hostname`', '`'],
  ['AWS_PROFILE=a creds', 'AWS_PROFILE='],
  ['A= creds', 'A='],
  ['cat a | jq .', '|'],
  ['creds 2>/dev/null', '>'],
  ['creds; true', ';'],
  ['creds && true', '&'],
  ['(creds)', '('],
  ['exec creds', 'exec'],
  ['. a', '.'],
  ['/opt/creds --json', null],
  ["sh -c 'cat ~/creds.json | jq .'", null],
  ['"/opt/my creds" a', null],
  ['creds "a | b" \'c; $d\'', null],
  ['creds \\~/a \\$b', null],
  ['creds a~ b=~c $', null],
  ['creds --a=b', null],
  ['creds ./a', null],
  ['--name=a creds', null],
  ['/opt/a=b/creds', null],
  ['1A=b', null],
])('findShellSyntax finds what only a shell interprets in %j', (command, syntax) => {
  expect(findShellSyntax(command)).toBe(syntax);
});
