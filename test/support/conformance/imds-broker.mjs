// Checks @jamestelfer/imds-broker with `cred-watch conform`, inside a network namespace. The broker accepts clients
// of every local network, so it must not run next to other hosts. It calls STS at its start: here a loopback server.
// Arguments: the program of the broker, a folder for its files, the program of cred-watch, and its arguments.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [broker, folder, program, ...args] = process.argv.slice(2);

/** The response of GetCallerIdentity. */
const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:sts::111122223333:assumed-role/broker-role/session</Arn>
    <UserId>AROAFALSEFALSEFALSEFA:session</UserId>
    <Account>111122223333</Account>
  </GetCallerIdentityResult>
</GetCallerIdentityResponse>`;

spawnSync('ip', ['link', 'set', 'lo', 'up'], { stdio: 'inherit' });
const sts = createServer((_, response) => response.setHeader('Content-Type', 'text/xml').end(IDENTITY));
await new Promise((resolve) => sts.listen(0, '127.0.0.1', resolve));

const keys = {
  Version: 1,
  AccessKeyId: 'ASIAFALSE23456723456',
  SecretAccessKey: 'FALSE/secret-of-the-broker-FALSE/secret-o',
  SessionToken: 'FALSE/token-of-the-broker-FALSE/token-of-the-broker',
  Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString().replace(/\.\d+/, ''),
};
const [keyFile, configFile] = [join(folder, 'keys.json'), join(folder, 'config')];
writeFileSync(keyFile, JSON.stringify(keys));
writeFileSync(configFile, `[profile broker]\nregion = eu-west-1\ncredential_process = cat ${keyFile}\n`);

const running = spawn(broker, ['serve', '--profile', 'broker'], {
  stdio: ['ignore', 'ignore', 'pipe'],
  env: {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_STATE_HOME: folder,
    AWS_CONFIG_FILE: configFile,
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${sts.address().port}`,
    AWS_EC2_METADATA_DISABLED: 'true',
  },
});
const port = await new Promise((resolve, reject) => {
  let log = '';
  running.stderr.on('data', (data) => {
    log += data;
    const found = /url=\S+:(\d+)/.exec(log)?.[1];
    if (found !== undefined) resolve(found);
  });
  running.once('exit', (code) => reject(new Error(`the broker ended with ${code}: ${log}`)));
});
const check = spawn(process.execPath, [program, ...args, `http://127.0.0.1:${port}`], { stdio: 'inherit' });
check.once('exit', (code) => {
  running.kill();
  process.exit(code);
});
