import type { ConnectionOptions } from 'node:tls';
import { CredWatchError } from '../../../errors.ts';
import { assertPrivate, readOptionalFile, readRequiredFile } from './files.ts';
import type { Keywords } from './keywords.ts';

/** How the connection is encrypted, and which parts of the certificate are verified. */
const TLS_MODES = ['verify-full', 'verify-ca', 'require', 'disable'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

const isTlsMode = (text: string): text is TlsMode => TLS_MODES.some((mode) => mode === text);

/** The mode of `sslmode`. Unlike libpq, the default is `verify-full`. */
export function parseTlsMode(text: string | undefined): TlsMode {
  if (text === undefined) return 'verify-full';
  if (isTlsMode(text)) return text;
  const isOpportunistic = text === 'prefer' || text === 'allow';
  throw new CredWatchError(
    isOpportunistic
      ? `sslmode=${text} can send the password without encryption`
      : 'the value of sslmode is unknown',
    `use one of ${TLS_MODES.join(', ')}, in the URL, in PGSSLMODE or in the service file`,
    { code: 'INVALID_ARGUMENT' },
  );
}

/** Node verifies with its own list of authorities. */
const SYSTEM = 'system';

/**
 * Reads the certificates. Null without TLS.
 * @param host the name that the certificate of the server must have
 */
export function readTlsOptions(
  mode: TlsMode,
  host: string,
  { sslrootcert, sslcert, sslkey }: Keywords,
  home: string,
): ConnectionOptions | null {
  if (mode === 'disable') return null;
  const rootCertificates = readRootCertificates(sslrootcert, home);
  // As libpq: with a file of authorities, `require` verifies the certificate.
  const verified = mode === 'require' && rootCertificates !== null ? 'verify-ca' : mode;
  if (verified === 'verify-ca' && rootCertificates === null) {
    // As libpq. Anybody can get a certificate of a public authority for a name of their own.
    throw new CredWatchError(
      'sslmode=verify-ca needs the authority of the server, because it does not verify the host name',
      'give its file with sslrootcert, or use sslmode=verify-full',
      { code: 'INVALID_ARGUMENT' },
    );
  }
  return {
    host,
    ...(isAddress(host) ? {} : { servername: host }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: verified !== 'require',
    ...(verified === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(rootCertificates === null ? {} : { ca: rootCertificates }),
    ...readClientCertificate(sslcert, sslkey, home),
  };
}

const isAddress = (host: string) => /^[\d.]+$/.test(host) || host.includes(':');

function readRootCertificates(path: string | undefined, home: string): string | null {
  if (path === SYSTEM) return null;
  const purpose = 'the file of certificate authorities';
  if (path !== undefined) return readRequiredFile(path, purpose);
  return home === '' ? null : readOptionalFile(`${home}/.postgresql/root.crt`, purpose);
}

function readClientCertificate(certificate: string | undefined, key: string | undefined, home: string) {
  const certificatePath = certificate ?? (home === '' ? null : `${home}/.postgresql/postgresql.crt`);
  const purpose = 'the client certificate';
  const cert =
    certificatePath === null
      ? null
      : certificate === undefined
        ? readOptionalFile(certificatePath, purpose)
        : readRequiredFile(certificatePath, purpose);
  if (cert === null) return {};
  const keyPath = key ?? `${home}/.postgresql/postgresql.key`;
  const keyText = readRequiredFile(keyPath, 'the key of the client certificate');
  assertPrivate(keyPath, 'the key of the client certificate', 0o040);
  return { cert, key: keyText };
}
