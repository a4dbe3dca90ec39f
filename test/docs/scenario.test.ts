import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openScenario } from '../../src/server/faults/scenario.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { listCodeBlocks } from '../support/docs/markdown.ts';

test('the scenario in docs/simulate.md is valid and has two faults', () => {
  const [example] = listCodeBlocks('docs/simulate.md').filter(({ language }) => language === 'json');
  const file = join(temporaryFolder(), 'scenario.json');
  writeFileSync(file, example?.code ?? '');
  const { description, faults } = openScenario(file);
  expect({ description, faultCount: faults.length }).toEqual({
    description: 'what to look for',
    faultCount: 2,
  });
});
