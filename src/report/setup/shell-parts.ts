import { quoteForShell } from '../../untrusted-text.ts';

const FAIL_FUNCTION = `fail() { # what happened, what to do
  printf 'error: %s\\nhint: %s\\n' "$1" "$2" >&2
  exit 1
}`;

/** Begins the commands of a script. They end with `exit 0` and a closing brace. */
export const BLOCK_START = `# The braces make the shell read the whole text before it runs the first command.
{
${FAIL_FUNCTION}`;

export const buildRootCheck = (command: string) =>
  `[ "$(id -u)" = 0 ] ||
  fail 'only root can change addresses and firewall rules' ${quoteForShell(`run: ${command} | sudo sh`)}`;

export const buildCloudHint = (command: string) =>
  quoteForShell(`use the metadata service of the cloud, or run: ${command} | sudo sh -s -- --force`);

const MAX_COMMENT_WIDTH = 100;

/** A comment of a shell. */
export function comment(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > MAX_COMMENT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}
