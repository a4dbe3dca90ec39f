import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listDocuments, ROOT, readDocument } from '../support/docs/markdown.ts';
import { readRecipe } from '../support/recipes/recipe.ts';

const names = listDocuments()
  .map((document) => /^docs\/recipes\/([a-z].*)\.md$/.exec(document)?.[1])
  .filter((name) => name !== undefined);

test('there are recipes', () => {
  expect(names.length).toBeGreaterThan(0);
});

describe.each(names)('the recipe %s', (name) => {
  const recipe = readRecipe(name);
  const testFile = join(ROOT, 'test', 'recipes', `${name}.test.ts`);

  test('has a test that runs every script and compares every output', () => {
    expect(existsSync(testFile)).toBe(true);
    const code = readFileSync(testFile, 'utf8');
    const unused = recipe.blocks
      .filter(({ kind }) => kind !== 'file')
      .filter((block) => !code.includes(`'${block.name}'`));
    expect(unused).toEqual([]);
  });

  test('has a comment in front of every code block, so that the test reads the block', () => {
    expect(recipe.blocks.length).toBeGreaterThan(0);
    expect(recipe.unmarkedCount).toBe(0);
  });

  test('ends with the programs that it was tested with', () => {
    expect(readDocument(recipe.document).trim().split('\n').at(-1)).toMatch(/^Tested with[: ]/);
  });
});
