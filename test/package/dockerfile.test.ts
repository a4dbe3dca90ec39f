import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryPath } from '../support/cli/program-run.ts';
import { readDocument } from '../support/docs/markdown.ts';

// `check.mjs` builds the image. These rules are about what a build does not show.

/** Instructions without comments, continued lines joined. */
const instructions = readDocument('deploy/Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): [string, string] => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]);

const findValues = (name: string, lines = instructions) =>
  lines.filter(([instruction]) => instruction === name).map(([, value]) => value);

const lastStage = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));

test('the image runs as a numbered user, after everything that root does', () => {
  expect(findValues('USER')).toEqual(['1000:1000']);
  const names = lastStage.map(([name]) => name);
  expect(names.lastIndexOf('RUN')).toBeLessThan(names.indexOf('USER'));
});

test('the image receives signals, because no shell runs between them and the program', () => {
  for (const name of ['ENTRYPOINT', 'CMD']) {
    const [value = '', ...more] = findValues(name, lastStage);
    expect(more).toEqual([]);
    expect(JSON.parse(value)).toEqual(expect.arrayContaining([expect.any(String)]));
  }
});

test('every base image has a version, and no layer has a secret or a file of a URL', () => {
  expect(findValues('FROM').every((value) => value.startsWith('$' + '{NODE_IMAGE}'))).toBe(true);
  expect(findValues('ARG')[0]).toMatch(/^NODE_IMAGE=docker\.io\/library\/node:\d+-[\w-]+$/);
  expect(findValues('ADD')).toEqual([]);
  expect(
    [...findValues('ARG'), ...findValues('ENV')].filter((each) => /secret|token|password|key/i.test(each)),
  ).toEqual([]);
});

test('the version of the driver is one that package.json allows', () => {
  const { dependencies } = JSON.parse(readDocument('package.json'));
  const [, version = ''] = /^BETTER_SQLITE3=(\d+\.\d+)/.exec(findValues('ARG')[1] ?? '') ?? [];
  expect(dependencies['better-sqlite3']).toContain(`^${version}.`);
});

test('a build reads only listed files, and all of them exist', () => {
  const [first, ...listed] = readDocument('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  for (const line of listed) {
    expect(line[0]).toBe('!');
    expect(existsSync(join(repositoryPath(''), line.slice(1)))).toBe(true);
  }
});
