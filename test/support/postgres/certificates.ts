import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../cli/temporary-folder.ts';

/** Paths of files in PEM format. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

export interface TestAuthority extends CertificateFiles {
  /**
   * Issues a certificate.
   * @param name the common name, which is the user of a client certificate
   * @param hosts DNS names and addresses of a server
   */
  issue(name: string, hosts?: readonly string[]): CertificateFiles;
}

/** Creates a certificate authority with openssl. Its files are deleted after the test, or as `finished` says. */
export function createAuthority(finished?: (clean: () => void) => void): TestAuthority {
  const folder = temporaryFolder(finished);
  const certificate = join(folder, 'ca.pem');
  const key = join(folder, 'ca.key');
  openssl([
    ...[
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '30',
      '-subj',
      '/CN=test authority',
    ],
  ]);
  let issued = 0;
  return {
    certificate,
    key,
    issue(name, hosts = []) {
      issued++;
      const files = {
        certificate: join(folder, `${issued}.pem`),
        key: join(folder, `${issued}.key`),
      };
      const request = join(folder, `${issued}.csr`);
      const extensions = join(folder, `${issued}.cnf`);
      writeFileSync(
        extensions,
        hosts.length === 0 ? '' : `subjectAltName=${hosts.map(formatHost).join(',')}\n`,
      );
      openssl(['req', '-new', ...NEW_KEY, '-keyout', files.key, '-out', request, '-subj', `/CN=${name}`]);
      openssl([
        ...[
          'x509',
          '-req',
          '-in',
          request,
          '-CA',
          certificate,
          '-CAkey',
          key,
          '-CAcreateserial',
          '-days',
          '30',
        ],
        ...['-extfile', extensions, '-out', files.certificate],
      ]);
      return files;
    },
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

const formatHost = (host: string): string => (/^[\d.]+$|:/.test(host) ? `IP:${host}` : `DNS:${host}`);

const openssl = (args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
