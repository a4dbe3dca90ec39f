import { CredWatchError } from '../../../errors.ts';

/** The first bytes of compressed files, and a command that writes their content to stdout. */
const FORMATS: readonly { name: string; magic: readonly number[]; command: string }[] = [
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -dc' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2 -dc' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], command: 'xz -dc' },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], command: 'lz4 -dc' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip -p' },
  { name: '7-Zip', magic: [0x37, 0x7a, 0xbc, 0xaf], command: '7z x -so' },
  { name: 'compress', magic: [0x1f, 0x9d], command: 'uncompress -c' },
];

/** The file is compressed or archived in a way that import cannot read. */
export class UnsupportedFileError extends CredWatchError {}

const GZIP = [0x1f, 0x8b];
const MAX_MAGIC_LENGTH = 6;

const startsWith = (bytes: Uint8Array, magic: readonly number[]) =>
  magic.every((byte, index) => bytes[index] === byte);

/**
 * Decompresses gzip, which is recognised by its first bytes.
 * @param name the name of the file, for error messages
 * @throws UnsupportedFileError for another compression, and for a tar archive
 * @throws CredWatchError for a damaged gzip file
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { head, read } = await readHead(iterator, MAX_MAGIC_LENGTH);
  const all = resume(read, iterator);
  if (startsWith(head, GZIP)) {
    yield* refuseTar(gunzip(all, name), name);
    return;
  }
  const other = FORMATS.find(({ magic }) => startsWith(head, magic));
  if (other === undefined) {
    yield* refuseTar(all, name);
    return;
  }
  await iterator.return?.();
  throw new UnsupportedFileError(
    `${name} is compressed with ${other.name}, which import cannot read`,
    `decompress it first: ${other.command} FILE | cred-watch import - --host NAME`,
  );
}

/** Where the header of an archive has the word `ustar`. */
const TAR_MAGIC_AT = 257;
const TAR_MAGIC = Buffer.from('ustar');

/** The headers of an archive would be joined to the first lines of its files. */
async function* refuseTar(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { head, read } = await readHead(iterator, TAR_MAGIC_AT + TAR_MAGIC.length);
  if (!startsWith(head.subarray(TAR_MAGIC_AT), [...TAR_MAGIC])) {
    yield* resume(read, iterator);
    return;
  }
  await iterator.return?.();
  throw new UnsupportedFileError(
    `${name} is a tar archive, which import cannot read`,
    'extract it into a folder, and import the folder',
  );
}

/** Reads at least `length` bytes, if there are so many. */
async function readHead(chunks: AsyncIterator<Uint8Array>, length: number) {
  const read: Uint8Array[] = [];
  for (let size = 0; size < length; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    read.push(value);
    size += value.length;
  }
  const [first = new Uint8Array(), ...others] = read;
  return { head: others.length === 0 ? first : Buffer.concat(read), read };
}

async function* resume(
  read: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const { Readable } = await import('node:stream');
  const { createGunzip } = await import('node:zlib');
  const source = Readable.from(chunks);
  const output = source.pipe(createGunzip({ chunkSize: 262_144 }));
  source.on('error', (error) => output.destroy(error));
  try {
    yield* output;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && /^Z_/.test(String(error.code)))) throw error;
    throw new CredWatchError(
      `${name} is a damaged gzip file`,
      'copy the file again, or read the undamaged part: gzip -dc FILE | cred-watch import - --host NAME',
      { cause: error },
    );
  }
}
