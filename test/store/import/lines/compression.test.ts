import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompress } from '../../../../src/store/import/lines/compression.ts';

async function read(bytes: Uint8Array, size = 1000): Promise<string> {
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })();
  const found: Uint8Array[] = [];
  for await (const chunk of decompress(chunks, 'a.log')) found.push(chunk);
  return Buffer.concat(found).toString('hex');
}

const FORMATS = [
  ['zstd', '28b52ffd', 'zstd -dc'],
  ['bzip2', '425a68', 'bzip2 -dc'],
  ['xz', 'fd377a585a00', 'xz -dc'],
  ['lz4', '04224d18', 'lz4 -dc'],
  ['zip', '504b0304', 'unzip -p'],
  ['7-Zip', '377abcaf', '7z x -so'],
  ['compress', '1f9d', 'uncompress -c'],
] as const;

test.each(FORMATS)('%s is refused, with a command that decompresses it', async (name, magic, command) => {
  const bytes = Buffer.from(`${magic}0102`, 'hex');
  for (const size of [1, 1000]) {
    await expect(read(bytes, size)).rejects.toMatchObject({
      message: `a.log is compressed with ${name}, which import cannot read`,
      hint: `decompress it first: ${command} FILE | cred-watch import - --host NAME`,
    });
  }
});

test.each(FORMATS)('a file that begins nearly like %s is read', async (_, magic) => {
  const bytes = Buffer.from(`${magic}0102`, 'hex');
  for (let index = 0; index < magic.length / 2; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = 0x61;
    expect(await read(changed)).toBe(changed.toString('hex'));
  }
});

test.each(['', 'a', 'abcde', 'abcdef', 'abcdefghijkl'])('the text %j is not changed', async (text) => {
  for (const size of [1, 4, 1000])
    expect(await read(Buffer.from(text), size)).toBe(Buffer.from(text).toString('hex'));
});

test('gzip is decompressed in chunks of any size', async () => {
  for (const size of [1, 1000])
    expect(await read(gzipSync('text'), size)).toBe(Buffer.from('text').toString('hex'));
});

test('a tar archive is refused, also a compressed one', async () => {
  const archive = Buffer.alloc(1024);
  archive.write('plain.log');
  archive.write('ustar', 257);
  for (const bytes of [archive, gzipSync(archive)]) {
    for (const size of [1, 1000]) {
      await expect(read(bytes, size)).rejects.toMatchObject({
        message: 'a.log is a tar archive, which import cannot read',
        hint: 'extract it into a folder, and import the folder',
      });
    }
  }
  archive.write('x', 257);
  expect(await read(archive)).toBe(archive.toString('hex'));
});

test('a damaged gzip file is an error', async () => {
  await expect(read(gzipSync('text').subarray(0, 15))).rejects.toMatchObject({
    message: 'a.log is a damaged gzip file',
    hint: 'copy the file again, or read the undamaged part: gzip -dc FILE | cred-watch import - --host NAME',
  });
});

test('an error of the source is not an error of gzip', async () => {
  const chunks = (async function* () {
    yield gzipSync('text').subarray(0, 12);
    throw new Error('the disk failed');
  })();
  const readAll = async () => {
    for await (const _ of decompress(chunks, 'a.log'));
  };
  await expect(readAll()).rejects.toThrow('the disk failed');
});
