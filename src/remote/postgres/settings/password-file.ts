/** What a line of a password file is compared with. */
export interface PasswordQuery {
  host: string;
  port: number;
  database: string;
  user: string;
}

/** Finds the password in the text of `.pgpass`. Null if no line matches. */
export function findPassword(text: string, { host, port, database, user }: PasswordQuery): string | null {
  // libpq looks up connections by a socket in the default folder as `localhost`.
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    const [fileHost, filePort, fileDatabase, fileUser, password] = fields;
    if (fileHost === undefined || password === undefined) continue;
    const isMatch =
      (fileHost === '*' || hosts.includes(fileHost)) &&
      [
        [filePort, String(port)],
        [fileDatabase, database],
        [fileUser, user],
      ].every(([pattern, value]) => pattern === '*' || pattern === value);
    if (isMatch) return password;
  }
  return null;
}

/** Splits at the first four colons. A backslash escapes a colon or a backslash. */
function splitFields(line: string): string[] {
  const fields = [''];
  for (const [, escaped, plain] of line.matchAll(/\\([:\\])|([\s\S])/g)) {
    if (plain === ':' && fields.length < 5) fields.push('');
    else fields[fields.length - 1] += escaped ?? plain ?? '';
  }
  return fields;
}
