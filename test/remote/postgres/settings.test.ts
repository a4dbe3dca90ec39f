import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../../../src/remote/postgres/settings/settings.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const CANARY = 'canary-password-4711';
const NO_TLS = 'sslmode=disable';

const resolve = (url: string, env: Record<string, string> = {}, home = '/nonexistent') =>
  resolveSettings(url, { env: { PGUSER: 'loader', ...env }, home });

/** A file that only this user can read. */
function writePrivate(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe('the URL', () => {
  test.each([
    [
      'postgres://db.example.com/fleet',
      { host: 'db.example.com', port: 5432, database: 'fleet', user: 'loader' },
    ],
    ['postgresql://me@db.example.com:6000/fleet', { host: 'db.example.com', port: 6000, user: 'me' }],
    ['postgres://me%40corp@db/fl%20eet', { user: 'me@corp', database: 'fl eet' }],
    ['postgres://[::1]:6000/fleet', { host: '::1', port: 6000 }],
    ['postgres:///fleet?host=/run/postgresql', { host: '/run/postgresql', database: 'fleet', tls: null }],
    ['postgres://%2Frun%2Fpostgresql/fleet', { host: '/run/postgresql', tls: null }],
    ['postgres://db', { host: 'db', database: 'loader' }],
    ['postgres://', { host: 'localhost', database: 'loader' }],
    [
      'postgres://db/x?user=other&port=7000&application_name=a+b',
      { user: 'other', port: 7000, applicationName: 'a+b' },
    ],
    ['postgres://db/x?connect_timeout=3&options=-c%20a%3D1', { connectTimeoutMs: 3000, options: '-c a=1' }],
    ['postgres://db/x?hostaddr=127.0.0.1', { host: 'db', address: '127.0.0.1' }],
    ['postgres://db/x?keepalives=1&target_session_attrs=read-write', { host: 'db' }],
  ])('%s is understood', (url, expected) => {
    expect(resolve(url)).toMatchObject(expected);
  });

  test.each([
    ['postgres://db.example.com:5432/fleet', 'postgres://db.example.com/fleet'],
    ['postgres://me@db:6000/fleet?sslmode=disable', 'postgres://db:6000/fleet'],
    ['postgres://me@[::1]/fleet', 'postgres://[::1]/fleet'],
    ['postgres:///fleet?host=/run/postgresql', 'postgres://%2Frun%2Fpostgresql/fleet'],
  ])('the name of %s is %s, without the user', (url, name) => {
    expect(resolve(url).name).toBe(name);
  });

  test.each([
    [`postgres://me:${CANARY}@db/x`, 'contains a password'],
    [`postgres://db/x?password=${CANARY}`, 'contains a password'],
    [`postgres://db/x?sslpassword=${CANARY}`, 'contains a password'],
    [`postgres:/me:${CANARY}@db/x`, 'is invalid'],
    [`postgres:me:${CANARY}@db/x`, 'is invalid'],
    [` postgres://me:${CANARY}@db/x`, 'is invalid'],
    [`postgres://me:${CANARY}/more@db/x`, 'is invalid'],
    [`postgres://me:${CANARY}#more@db/x`, 'is invalid'],
    [`postgres://me:%${CANARY}@db/x`, 'contains a password'],
    [`postgres://a,b/x?user=${CANARY}`, 'is invalid'],
    ['postgres://db/%zz', 'invalid % escape'],
    ['postgres://db/x?port=0', 'the PostgreSQL port is not a number'],
    ['postgres://db/x?connect_timeout=soon', 'connect_timeout is not a number'],
    ['postgres://db/x?replication=true', 'the setting replication of the URL is not supported'],
    ['postgres://db/x?channel_binding=require', 'channel_binding=require of the URL is not supported'],
    [
      'postgres://db/x?target_session_attrs=standby',
      'target_session_attrs=standby of the URL is not supported',
    ],
    ['postgres://db/x?sslmode=prefer', 'sslmode=prefer can send the password without encryption'],
    ['postgres://db/x?sslmode=off', 'the value of sslmode is unknown'],
  ])('%s is rejected', (url, problem) => {
    const { message, hint } = catchError(() => resolve(url));
    expect(message).toContain(problem);
    expect(hint).not.toBe('');
    expect(`${message} ${hint}`).not.toContain(CANARY);
  });
});

describe('the order of settings', () => {
  test('the URL comes before the service file, which comes before variables', () => {
    const file = writePrivate(
      temporaryFolder(),
      'services',
      '# services\n[other]\nhost=wrong\n\n[fleet]\nhost=service-host\nport = 6000\nuser=service-user\n[last]\nport=1\n',
    );
    const env = {
      PGSERVICEFILE: file,
      PGHOST: 'variable-host',
      PGDATABASE: 'variable-database',
      PGPORT: '7000',
    };
    expect(resolve('postgres://me@/?service=fleet', env)).toMatchObject({
      host: 'service-host',
      port: 6000,
      user: 'me',
      database: 'variable-database',
    });
    expect(resolve('postgres://', { ...env, PGSERVICE: 'fleet' }).user).toBe('service-user');
    expect(resolve('postgres://', env)).toMatchObject({ host: 'variable-host', port: 7000 });
  });

  test('the service file of the user comes before that of the system', () => {
    const [home, system] = [temporaryFolder(), temporaryFolder()];
    writePrivate(home, '.pg_service.conf', '[own]\nhost=own-host\n');
    writePrivate(system, 'pg_service.conf', '[own]\nhost=system-host\n[shared]\nhost=shared-host\n');
    const env = { PGSYSCONFDIR: system };
    expect(resolve('postgres:///?service=own', env, home).host).toBe('own-host');
    expect(resolve('postgres:///?service=shared', env, home).host).toBe('shared-host');
    expect(catchError(() => resolve('postgres:///?service=none', env, home)).message).toBe(
      'the service none is not defined',
    );
  });

  test('a wrong line of a service file is reported by its number', () => {
    const file = writePrivate(temporaryFolder(), 'services', '[fleet]\nhost=db\nwhat is this\n');
    const { message } = catchError(() => resolve('postgres:///?service=fleet', { PGSERVICEFILE: file }));
    expect(message).toBe(`line 3 of the service file ${file} is not NAME=VALUE`);
  });
});

describe('the password', () => {
  const read = (...args: Parameters<typeof resolve>) => resolve(...args).password?.reveal() ?? null;
  const url = `postgres://loader@db:6000/fleet?${NO_TLS}`;

  test('a variable comes before the password file', () => {
    const home = temporaryFolder();
    writePrivate(home, '.pgpass', 'db:6000:fleet:loader:from-file\n');
    expect(read(url, {}, home)).toBe('from-file');
    expect(read(url, { PGPASSWORD: 'from-variable' }, home)).toBe('from-variable');
    expect(read(url)).toBeNull();
  });

  test.each([
    ['# comment\ndb:6000:fleet:loader:secret', 'secret'],
    ['*:*:*:*:secret', 'secret'],
    ['other:6000:fleet:loader:wrong\n*:6000:*:loader:secret', 'secret'],
    ['db:6001:fleet:loader:wrong', null],
    ['db:6000:fleet:loader:with:colon', 'with:colon'],
    [String.raw`db:6000:fleet:loader:back\\slash\:colon`, String.raw`back\slash:colon`],
    [String.raw`d\b:6000:fleet:loader:wrong`, null],
    ['db:6000:fleet\r\ndb:6000:fleet:loader:secret\r\n', 'secret'],
    ['', null],
  ])('the password file %j gives %j', (text, expected) => {
    const file = writePrivate(temporaryFolder(), 'passwords', text);
    expect(read(url, { PGPASSFILE: file })).toBe(expected);
    expect(read(`${url}&passfile=${file}`)).toBe(expected);
  });

  test('a socket is found in the password file as localhost', () => {
    const file = writePrivate(temporaryFolder(), 'passwords', 'localhost:5432:fleet:loader:secret');
    expect(read('postgres://loader@/fleet?host=/run/postgresql', { PGPASSFILE: file })).toBe('secret');
  });

  test('a password file that others can read is refused', () => {
    const file = writePrivate(temporaryFolder(), 'passwords', `*:*:*:*:${CANARY}`);
    chmodSync(file, 0o640);
    const { message, hint } = catchError(() => read(url, { PGPASSFILE: file }));
    expect(message).toBe(`other users can read the password file ${file}`);
    expect(hint).toBe(`run \`chmod 600 ${file}\``);
  });

  test('a service file with a password that others can read is refused, one without a password is not', () => {
    const file = writePrivate(temporaryFolder(), 'services', `[a]\npassword=${CANARY}\n[b]\nhost=db\n`);
    chmodSync(file, 0o644);
    const env = { PGSERVICEFILE: file };
    expect(catchError(() => read('postgres:///?service=a', env)).message).toContain('other users can read');
    expect(resolve('postgres:///?service=b', env).host).toBe('db');
  });

  test('a password is not printed with the settings', () => {
    const settings = resolve(url, { PGPASSWORD: CANARY });
    expect(JSON.stringify(settings)).not.toContain(CANARY);
  });
});

describe('TLS', () => {
  test('the default verifies the certificate and the name', () => {
    const { tlsMode, tls } = resolve('postgres://db.example.com/x');
    expect(tlsMode).toBe('verify-full');
    expect(tls).toMatchObject({
      rejectUnauthorized: true,
      servername: 'db.example.com',
      host: 'db.example.com',
    });
    expect(tls).not.toHaveProperty('checkServerIdentity');
  });

  test('an address is verified as an address', () => {
    expect(resolve('postgres://10.0.0.5/x').tls).not.toHaveProperty('servername');
    expect(resolve('postgres://[::1]/x').tls).toMatchObject({ host: '::1' });
  });

  test('verify-ca does not verify the name, and require verifies nothing without authorities', () => {
    const authority = writePrivate(temporaryFolder(), 'ca.pem', 'PEM');
    expect(resolve(`postgres://db/x?sslmode=verify-ca&sslrootcert=${authority}`).tls).toMatchObject({
      rejectUnauthorized: true,
      checkServerIdentity: expect.any(Function),
    });
    expect(resolve('postgres://db/x?sslmode=require').tls).toMatchObject({ rejectUnauthorized: false });
    const { tls } = resolve(`postgres://db/x?sslmode=require&sslrootcert=${authority}`);
    expect(tls).toMatchObject({ rejectUnauthorized: true, ca: 'PEM' });
  });

  test.each(['', '&sslrootcert=system'])('verify-ca with public authorities is refused: %j', (more) => {
    const { message } = catchError(() => resolve(`postgres://db/x?sslmode=verify-ca${more}`));
    expect(message).toMatch(/^sslmode=verify-ca needs the authority of the server/);
  });

  test('files of the user are used if they exist', () => {
    const home = temporaryFolder();
    mkdirSync(join(home, '.postgresql'));
    const folder = join(home, '.postgresql');
    writePrivate(folder, 'root.crt', 'ROOT');
    expect(resolve('postgres://db/x', {}, home).tls).toMatchObject({ ca: 'ROOT' });
    expect(resolve('postgres://db/x?sslmode=require', {}, home).tls).toMatchObject({
      rejectUnauthorized: true,
    });
    expect(resolve('postgres://db/x?sslrootcert=system', {}, home).tls).not.toHaveProperty('ca');
    writePrivate(folder, 'postgresql.crt', 'CERT');
    const key = writePrivate(folder, 'postgresql.key', 'KEY');
    expect(resolve('postgres://db/x', {}, home).tls).toMatchObject({ cert: 'CERT', key: 'KEY' });
    chmodSync(key, 0o644);
    expect(catchError(() => resolve('postgres://db/x', {}, home)).message).toContain(
      'other users can read the key',
    );
  });

  test('a missing file that was given is an error', () => {
    expect(catchError(() => resolve('postgres://db/x?sslrootcert=/nonexistent/ca.pem')).message).toBe(
      'the file of certificate authorities /nonexistent/ca.pem does not exist',
    );
  });
});
