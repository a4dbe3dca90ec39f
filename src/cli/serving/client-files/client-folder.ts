import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { CredWatchError } from '../../../errors.ts';
import { deriveClientSecrets } from '../../../server/containers/client-secrets.ts';
import { isServiceAccountToken } from '../../../server/containers/service-account-tokens.ts';
import type { TokenTarget } from '../../../server/containers/token-file.ts';
import type { ServedEnvironment } from '../../../server/serving/served-environments.ts';
import type { ClientFiles } from '../../../server/serving/serving.ts';
import type { Io } from '../../process/io.ts';
import { PrivateFiles } from './private-files.ts';

/** Cannot be the name of another file: those end in `.env` and `.token`. */
const SECRET_FILE = '.secret';
const SECRET_BYTES = 32;

const ENV_FILE = /-(?:imds|ecs|eks|cloudshell)\.env$/;
const TOKEN_FILE = /-eks\.token$/;
const FIRST_LINE = '# Written by cred-watch serve';

/** systemd, docker and shells read these characters in the same way. */
const SAFE_VALUE = /^[\w./:%=,+@[\]-]*$/;

/** An environment of a client, whose variables are in a file. */
export interface StoredEnvironment extends ServedEnvironment {
  file: string;
}

/** The folder of `--client-files`: what clients need, valid for the next server too. */
export class ClientFolder implements ClientFiles {
  readonly #files: PrivateFiles;
  readonly #secret: Buffer;

  private constructor(files: PrivateFiles, secret: Buffer) {
    this.#files = files;
    this.#secret = secret;
  }

  /**
   * @param mode of the files with variables and tokens. The secret has mode 600
   * @throws CredWatchError if the folder is not safe, or if it cannot be written
   */
  static async open(folder: string, mode: number, { userId }: Pick<Io, 'userId'>): Promise<ClientFolder> {
    if (userId === null)
      throw new CredWatchError('--client-files is not available on this system', 'remove the flag');
    const path = resolve(folder);
    if (!SAFE_VALUE.test(path))
      throw new CredWatchError(
        `the path '${path}' of --client-files would need quotes in env files`,
        'use letters, digits and the characters / . _ - in the path',
      );
    const files = await PrivateFiles.open(path, mode, userId, isOwnFile);
    return new ClientFolder(files, await readOrCreateSecret(files));
  }

  getSecrets(role: string) {
    return deriveClientSecrets(this.#secret, role);
  }

  async openTokenFile(role: string): Promise<TokenTarget> {
    const name = nameTokenFile(role);
    return {
      path: join(this.#files.path, name),
      write: (token) => this.#files.write(name, token),
      // Running clients read it again while the next server starts.
      close: async () => {},
    };
  }

  /** Writes a file for each environment, and removes the files of other roles and shapes. */
  async store(environments: readonly ServedEnvironment[]): Promise<StoredEnvironment[]> {
    const stored = environments.map((each) => ({ ...each, name: `${each.role}-${each.shape}.env` }));
    // No file changes if one of them cannot be replaced.
    for (const { name } of stored) await this.#files.assertOwn(name);
    for (const { name, ...environment } of stored) await this.#files.write(name, formatEnvFile(environment));
    const tokens = environments.flatMap(({ role, shape }) => (shape === 'eks' ? [nameTokenFile(role)] : []));
    await this.#files.removeOthers(new Set([...stored.map(({ name }) => name), ...tokens]));
    return stored.map(({ name, ...each }) => ({ ...each, file: join(this.#files.path, name) }));
  }
}

const nameTokenFile = (role: string) => `${role}-eks.token`;

const isOwnFile = (name: string, content: string) =>
  (ENV_FILE.test(name) && content.startsWith(FIRST_LINE)) ||
  (TOKEN_FILE.test(name) && isServiceAccountToken(content));

/** A new secret makes the variables of all clients invalid, so a damaged one is an error. */
async function readOrCreateSecret(files: PrivateFiles): Promise<Buffer> {
  const text = await files.readSecret(SECRET_FILE);
  if (text !== null && /^[0-9a-f]{64}\n?$/.test(text)) return Buffer.from(text.trim(), 'hex');
  if (text !== null)
    throw new CredWatchError(
      `the secret in ${join(files.path, SECRET_FILE)} is damaged`,
      'remove the file: the next start creates a new secret, and clients need the new variables',
    );
  const secret = randomBytes(SECRET_BYTES);
  await files.writeSecret(SECRET_FILE, `${secret.toString('hex')}\n`);
  return secret;
}

/** `KEY=VALUE` without quotes: docker would pass quotes to the client. */
function formatEnvFile({ role, shape, variables }: ServedEnvironment): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (!SAFE_VALUE.test(value)) throw new CredWatchError(`${name} would need quotes in an env file`);
    return `${name}=${value}`;
  });
  return [`${FIRST_LINE} at each start: the role ${role}, shape ${shape}`, ...lines, ''].join('\n');
}
