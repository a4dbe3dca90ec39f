import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shellWords } from '../support/cli/shell-words.ts';
import { listDocuments, ROOT, readDocument } from '../support/docs/markdown.ts';
import { runAt } from '../support/docs/run-at.ts';
import { SCENARIOS, type Scenario } from '../support/docs/scenarios.ts';
import { isThorough } from '../support/thorough.ts';

/** `UPDATE_DOCS=1 npx vitest run test/docs` writes the real output into the documents. */
const isUpdating = process.env.UPDATE_DOCS === '1';

/** `<!-- output: SCENARIO -->` or `<!-- output: SCENARIO, until WORD -->`, then a console block. */
const SESSION = /<!-- output: ([\w-]+)(?:, until ([\w-]+))? -->\n```console\n([\s\S]*?)^```$/gm;

const sessions = listDocuments().flatMap((document) =>
  [...readDocument(document).matchAll(SESSION)].map(([, name = '', until, text = '']) => ({
    document,
    name,
    until,
    text,
    commands: text.split('\n').filter((line) => line.startsWith('$ ')),
  })),
);

/** Creating the fleet takes as long as all other sessions. */
const tested =
  isThorough || isUpdating ? sessions : sessions.filter(({ document }) => document !== 'docs/fleet.md');

/** The session as a terminal would show it: each command, followed by its output. */
async function replay(
  commands: readonly string[],
  until: string | undefined,
  { now, env, hideAddresses, hiddenArguments = [] }: Scenario,
) {
  let shown = '';
  let lastCode = 0;
  for (const command of commands) {
    shown += `${command}\n`;
    if (command === '$ echo $?') {
      shown += `${lastCode}\n`;
      continue;
    }
    const [[program, ...args] = []] = shellWords(command.slice(2));
    expect(program).toBe('cred-watch');
    const { code, output } = await runAt(now, [...args, ...hiddenArguments], env);
    lastCode = code;
    shown += cut(hideAddresses(output), until);
  }
  return shown;
}

/** Ends the output before the first line that begins with a word. */
function cut(output: string, until: string | undefined): string {
  const lines = output.split('\n');
  const end = until === undefined ? -1 : lines.findIndex((line) => line.trim().startsWith(until));
  return end < 0 ? output : `${lines.slice(0, end).join('\n').trimEnd()}\n…\n`;
}

describe('console sessions in documents', () => {
  test('documents have more than three console sessions', () => {
    expect(sessions.length).toBeGreaterThan(3);
  });

  test.each(tested)('$document shows the real output of $commands', async (session) => {
    const { document, name, until, text, commands } = session;
    const create = SCENARIOS[name];
    if (create === undefined) throw new Error(`there is no scenario ${name}`);
    const real = await replay(commands, until, await create());
    if (isUpdating && real !== text) {
      writeFileSync(
        join(ROOT, document),
        readDocument(document).replace(text, () => real),
      );
    } else {
      expect(text, 'to update it: UPDATE_DOCS=1 npx vitest run test/docs').toBe(real);
    }
  });
});
