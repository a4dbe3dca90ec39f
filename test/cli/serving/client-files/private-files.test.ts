import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ClientFolder } from '../../../../src/cli/serving/client-files/client-folder.ts';
import { noOtherUser, OTHER_USER } from '../../../support/cli/other-user.ts';
import { temporaryFolder } from '../../../support/cli/temporary-folder.ts';

const ENVIRONMENT = {
  role: 'loader',
  shape: 'ecs',
  variables: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token' },
} as const;

/** Stores the variables of a role. */
const store = async (path: string, mode = 0o600) =>
  (await ClientFolder.open(path, mode, { userId: process.getuid!() })).store([ENVIRONMENT]);

/** A folder with a file of another program. */
function makeFolder() {
  const folder = temporaryFolder();
  const victim = join(temporaryFolder(), 'victim');
  writeFileSync(victim, 'unchanged');
  return { folder, victim, file: join(folder, 'loader-ecs.env'), secret: join(folder, '.secret') };
}

describe('a file that cred-watch did not write is neither followed nor replaced', () => {
  test.each([
    ['a file of another program', ({ file }) => writeFileSync(file, 'unchanged')],
    ['a link', ({ file, victim }) => symlinkSync(victim, file)],
    ['a link to a missing file', ({ file, victim }) => symlinkSync(`${victim}-2`, file)],
    ['a hard link', ({ file, victim }) => linkSync(victim, file)],
    ['a folder', ({ file }) => mkdirSync(file)],
    ['a link in the place of the secret', ({ secret, victim }) => symlinkSync(victim, secret)],
    ['a hard link in the place of the secret', ({ secret, victim }) => linkSync(victim, secret)],
  ] satisfies [string, (made: ReturnType<typeof makeFolder>) => void][])('%s', async (_, prepare) => {
    const made = makeFolder();
    prepare(made);
    const before = readdirSync(made.folder).map((name) => lstatSync(join(made.folder, name)).ino);
    await expect(store(made.folder)).rejects.toThrow('exists and was not written by cred-watch serve');
    expect(readFileSync(made.victim, 'utf8')).toBe('unchanged');
    const kept = readdirSync(made.folder).map((name) => lstatSync(join(made.folder, name)).ino);
    expect(kept).toEqual(expect.arrayContaining(before));
  });
});

describe('a folder is rejected', () => {
  test('that other users can write', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o770);
    await expect(store(folder)).rejects.toThrow('another user can change the folder');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('in a folder that other users can write', async () => {
    const parent = temporaryFolder();
    chmodSync(parent, 0o777);
    await expect(store(join(parent, 'clients'))).rejects.toThrow('another user can change the folder');
    expect(readdirSync(parent)).toEqual([]);
  });

  test('that is a file', async () => {
    const { victim } = makeFolder();
    await expect(store(victim)).rejects.toThrow('is not a folder');
  });

  test('that the group cannot read, with mode 640', async () => {
    const folder = temporaryFolder();
    await expect(store(folder, 0o640)).rejects.toThrow('the group of the folder');
  });

  describe.skipIf(noOtherUser !== null)('of another user', () => {
    test('directly', async () => {
      const folder = temporaryFolder();
      chownSync(folder, OTHER_USER, OTHER_USER);
      await expect(store(folder)).rejects.toThrow('another user can change the folder');
    });

    test('by a link in a sticky folder', async () => {
      const [parent, target] = [temporaryFolder(), temporaryFolder()];
      chmodSync(parent, 0o1777);
      const link = join(parent, 'clients');
      symlinkSync(target, link);
      lchownSync(link, OTHER_USER, OTHER_USER);
      await expect(store(link)).rejects.toThrow('is a link of another user');
      expect(readdirSync(target)).toEqual([]);
    });

    test('whose secret belongs to another user', async () => {
      const { folder, secret } = makeFolder();
      writeFileSync(secret, `${'a'.repeat(64)}\n`, { mode: 0o600 });
      chownSync(secret, OTHER_USER, OTHER_USER);
      await expect(store(folder)).rejects.toThrow('was not written by cred-watch serve');
    });
  });
});

describe('the secret is rejected', () => {
  test('if other users can read it', async () => {
    const { folder, secret } = makeFolder();
    writeFileSync(secret, `${'a'.repeat(64)}\n`);
    chmodSync(secret, 0o640);
    await expect(store(folder)).rejects.toThrow('other users can read the secret');
  });

  test('if it is damaged', async () => {
    const { folder, secret } = makeFolder();
    writeFileSync(secret, 'abc', { mode: 0o600 });
    await expect(store(folder)).rejects.toThrow('is damaged');
  });
});

test('a link of this user to the folder is followed', async () => {
  const [parent, target] = [temporaryFolder(), temporaryFolder()];
  const link = join(parent, 'clients');
  symlinkSync(target, link);
  // Clients get the path that the user named.
  expect(await store(link)).toEqual([{ ...ENVIRONMENT, file: join(link, 'loader-ecs.env') }]);
  expect(readdirSync(target).sort()).toEqual(['.secret', 'loader-ecs.env']);
});

test('temporary files of a server that was killed are removed', async () => {
  const { folder } = makeFolder();
  writeFileSync(join(folder, '.cred-watch-1-1.tmp'), 'half');
  await store(folder);
  expect(readdirSync(folder).sort()).toEqual(['.secret', 'loader-ecs.env']);
});
