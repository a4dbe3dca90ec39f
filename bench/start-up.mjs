// Compares the run time of the commands that cron runs with bare Node, and with a shell script of three curl
// calls. All commands use the same local endpoint, in turn. The result is the median ratio to bare Node.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from './load.mjs';

const RUNS = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));
const database = join(folder, 'samples.db');

const server = spawn(process.execPath, ['-e', endpoint()], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = await new Promise((ready) => server.stdout.once('data', (chunk) => ready(String(chunk).trim())));
const base = `http://127.0.0.1:${port}`;
const curl = `t=$(curl -sX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${base}/latest/api/token)
u=${base}/latest/meta-data/iam/security-credentials/
r=$(curl -s -H "X-aws-ec2-metadata-token: $t" $u)
curl -s -H "X-aws-ec2-metadata-token: $t" $u$r | grep -E 'LastUpdated|Expiration' >> ${join(folder, 'curl.log')}`;

const commands = {
  'node -e 0': [process.execPath, '-e', '0'],
  'cred-watch --version': [process.execPath, PROGRAM, '--version'],
  'cred-watch report': [process.execPath, PROGRAM, 'report', '-j', '5h', '--db', database],
  'cred-watch poll': [process.execPath, PROGRAM, 'poll', '--db', database],
  'cred-watch check': [process.execPath, PROGRAM, 'check', '-j', '4h', '--db', database],
  'cred-watch exec -- true': [process.execPath, PROGRAM, 'exec', '-j', '4h', '--db', database, '--', 'true'],
  'cred-watch sources': [process.execPath, PROGRAM, 'sources'],
  'curl, curl, curl | grep': ['sh', '-c', curl],
};
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
try {
  for (let run = -1; run < RUNS; run += 1) {
    for (const [name, [command, ...args]] of Object.entries(commands)) {
      const begun = process.hrtime.bigint();
      const { status, error } = spawnSync(command, args, {
        env: { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: base },
        stdio: 'ignore',
      });
      if (error) throw error;
      // `report` exits with 3 if the database has too little data for a verdict.
      if (status !== 0 && status !== 3) throw new Error(`${name} ended with ${status}`);
      if (run >= 0) times[name].push(Number(process.hrtime.bigint() - begun) / 1e6);
    }
  }
} finally {
  server.kill();
  rmSync(folder, { recursive: true });
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const bare = median(times['node -e 0']);
for (const [name, values] of Object.entries(times)) {
  console.log(
    `${name.padEnd(26)} ${(median(values) / bare).toFixed(2)} × bare node   (${median(values).toFixed(0)} ms here)`,
  );
}

function endpoint() {
  return `
    const issued = Math.floor(Date.now() / 1000) * 1000;
    const instant = (time) => new Date(time).toISOString().replace('.000', '');
    const body = { Code: 'Success', LastUpdated: instant(issued), Type: 'AWS-HMAC', AccessKeyId: 'ASIABENCHBENCHBENCH1',
      SecretAccessKey: 'false', Token: 'false', Expiration: instant(issued + 21600000) };
    require('http').createServer(({ method, url }, response) => {
      response.setHeader('X-Aws-Ec2-Metadata-Token-Ttl-Seconds', '21600');
      response.end(method === 'PUT' ? 'token' : url.endsWith('/') ? 'role' : url.endsWith('-id') ? 'i-0bench' : JSON.stringify(body, null, 2));
    }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
  `;
}
