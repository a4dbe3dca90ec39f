/**
 * Stand-ins for `crontab` and `systemctl`, which would change this machine. `crontab` of Debian 12 prints the same
 * message for a user without a crontab.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A `crontab` whose spool is a file of the test. */
export function writeCrontabStandIn(folder: string) {
  const bin = join(folder, 'bin');
  const spool = join(folder, 'spool');
  mkdirSync(bin, { recursive: true });
  const script = (text: string) =>
    writeFileSync(join(bin, 'crontab'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script(`case "$1" in
-l) test -f '${spool}' && exec cat '${spool}'; echo "no crontab for loader" >&2; exit 1;;
-) exec cat > '${spool}';;
*) exit 2;;
esac`);
  return {
    path: `${bin}:/usr/bin:/bin`,
    /** Null without a crontab. */
    read: () => (existsSync(spool) ? readFileSync(spool, 'utf8') : null),
    readBytes: () => readFileSync(spool),
    write: (text: string | Uint8Array) => writeFileSync(spool, text),
    break: (message: string) => script(`echo '${message}' >&2; exit 1`),
  };
}

/** A `systemctl` and a `loginctl` that write their arguments to a file. Units are neither enabled nor active before `enable`. */
export function writeSystemctlStandIn(folder: string) {
  const bin = join(folder, 'bin');
  const log = join(folder, 'systemctl.log');
  mkdirSync(bin, { recursive: true });
  const write = (name: string, text: string) =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  write('loginctl', `echo "loginctl $*" >> '${log}'`);
  write(
    'systemctl',
    `case "$*" in
*is-enabled*|*is-active*) grep -q ' enable ' '${log}' 2> /dev/null; exit $?;;
*show*ActiveState*) grep -q ' enable ' '${log}' 2> /dev/null && echo active || echo inactive;;
*show*Result*) cat '${folder}/result' 2> /dev/null || echo success;;
*) echo "systemctl $*" >> '${log}'; test ! -f '${folder}/fails' || { cat '${folder}/fails' >&2; exit 1; };;
esac`,
  );
  return {
    path: `${bin}:/usr/bin:/bin`,
    readLog: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    fail: (message: string) => writeFileSync(join(folder, 'fails'), message),
    setResult: (result: string) => writeFileSync(join(folder, 'result'), result),
  };
}
