import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import * as parsing from '../../../src/cli/targets/parse-targets.ts';
import { TargetsFile } from '../../../src/cli/targets/targets-file.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const createList = (...hosts: string[]) =>
  JSON.stringify({ targets: hosts.map((host) => ({ host, source: 'imds' })) });

function createFile(content: string | Uint8Array = createList('a')) {
  const path = join(temporaryFolder(), 'targets.json');
  writeFileSync(path, content);
  const file = new TargetsFile(path, { env: {}, defaultInterval: null });
  /** The hosts, the problems, or `unchanged`. */
  const read = async () => {
    const result = await file.read();
    if (result.code === 'targets') return result.targets.map(({ host }) => host);
    return result.code === 'problems' ? result.problems.join() : result.code;
  };
  return { path, read };
}

/** Replaces a file in one step, as a configuration tool does. */
function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

test('a file is parsed again only if its content has changed', async () => {
  const parse = vi.spyOn(JSON, 'parse');
  const { path, read } = createFile();
  expect(await read()).toEqual(['a']);
  expect(await read()).toBe('unchanged');
  utimesSync(path, new Date(), new Date(5));
  expect(await read()).toBe('unchanged');
  replace(path, createList('a'));
  expect(await read()).toBe('unchanged');
  const parsed = parse.mock.calls.filter(([text]) => text.includes('"targets"')).length;
  parse.mockRestore();
  expect(parsed).toBe(1);
  replace(path, createList('b'));
  expect(await read()).toEqual(['b']);
});

test('an unchanged file is not even read', async () => {
  const { path, read } = createFile();
  await read();
  const { atimeMs } = statSync(path);
  expect(await read()).toBe('unchanged');
  expect(statSync(path).atimeMs).toBe(atimeMs);
});

test('a file that is overwritten in place with the same size is read again', async () => {
  const { path, read } = createFile();
  await read();
  writeFileSync(path, createList('b'));
  utimesSync(path, new Date(5), new Date(5));
  expect(await read()).toEqual(['b']);
});

test('a half-written file is a problem until it is complete', async () => {
  const { path, read } = createFile();
  await read();
  for (const length of [0, 1, 20]) {
    writeFileSync(path, createList('b', 'c').slice(0, length));
    expect(await read()).toMatch(/^the file is not valid JSON/);
    expect(await read()).toBe('unchanged');
  }
  writeFileSync(path, createList('b', 'c'));
  expect(await read()).toEqual(['b', 'c']);
});

test('a file that vanishes is a problem, and is unchanged when it returns', async () => {
  const { path, read } = createFile();
  await read();
  renameSync(path, `${path}.old`);
  expect(await read()).toBe('the file does not exist: check the path');
  expect(await read()).toBe('the file does not exist: check the path');
  renameSync(`${path}.old`, path);
  expect(await read()).toBe('unchanged');
});

test('a file that returns with another content is read', async () => {
  const { path, read } = createFile();
  await read();
  rmSync(path);
  expect(await read()).toBe('the file does not exist: check the path');
  writeFileSync(path, createList('b'));
  expect(await read()).toEqual(['b']);
});

test.skipIf(process.getuid?.() === 0)('a file without read permission is a problem', async () => {
  const { path, read } = createFile();
  chmodSync(path, 0o200);
  expect(await read()).toBe('this user has no permission to read the file: change its owner or its mode');
});

test('a folder, a pipe and a file of 17 MiB are problems', async () => {
  const folder = createFile();
  rmSync(folder.path);
  mkdirSync(folder.path);
  expect(await folder.read()).toBe('the path is not a regular file: name a file');
  const pipe = createFile();
  rmSync(pipe.path);
  execFileSync('mkfifo', [pipe.path]);
  expect(await pipe.read()).toBe('the path is not a regular file: name a file');
  const { read } = createFile(new Uint8Array(17 * 1024 * 1024));
  expect(await read()).toBe('the file is larger than 16 MiB');
});

test('a message about invalid JSON has the line and no content of the file', async () => {
  const { read } = createFile('{\n"targets": [\n"SECRET": }');
  const problem = await read();
  expect(problem).toMatch(/^the file is not valid JSON/);
  expect(problem).not.toContain('SECRET');
});

test('a byte order mark is accepted, and bytes that are not UTF-8 are a problem', async () => {
  expect(await createFile(`\ufeff${createList('ä')}`).read()).toEqual(['ä']);
  expect(await createFile(Buffer.from(createList('ä'), 'latin1')).read()).toBe('the file is not UTF-8');
});

test('a list of ten thousand targets is accepted', () => {
  const targets = Array.from({ length: 10_000 }, (_, index) => ({ host: `h${index}`, source: 'imds' }));
  const parsed = parsing.parseTargets({ targets }, { env: {}, defaultInterval: 300 });
  expect(parsed).toMatchObject({ problems: [], targets: { length: 10_000 } });
});
