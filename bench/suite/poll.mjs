// One poll, compared with the scripts and programs that people use instead. All do the same work: get a token, the
// role and the document, and store a row.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cleanEnvironment,
  missingPythonModule,
  missingTools,
  PROGRAM,
  pythonPath,
  startCommands,
} from '../harness/commands.mjs';
import { startMetadataEndpoint } from '../harness/metadata-endpoint.mjs';

const LOOP = 'bash, 3 curl, 3 jq, sqlite3';
const ONE_JQ_LOOP = 'sh, 3 curl, 1 jq, sqlite3';
/** Debian's version, if installed: another one in PATH may be a wrapper that takes longer to start. */
const AWS = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws';

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'poll',
  title: 'One poll',
  rounds: { full: 15, quick: 5 },
  prepare: async ({ folder }) => {
    const commands = startCommands(folder);
    const endpoint = await startMetadataEndpoint();
    const poll = [process.execPath, PROGRAM, 'poll', '--db', join(folder, 'samples.db')];
    const others = join(folder, 'others.db');
    // Older versions of botocore need the slash.
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${endpoint.url}/` };
    const fasterThanLoop = [
      { most: 1, against: LOOP },
      { figure: 'cpu', most: 1, against: LOOP },
    ];
    const limits = (most) => [{ most }, { figure: 'cpu', most }, ...fasterThanLoop];
    const noLoop = missingTools('bash', 'curl', 'jq', 'sqlite3');
    if (!noLoop) execFileSync('sqlite3', [others, `PRAGMA journal_mode = WAL; ${CREATE_TABLE}`]);
    return {
      cases: [
        { name: 'node -e 0', measure: commands.measureBareNode },
        {
          name: 'poll',
          measure: () => commands.measure(poll, { env }),
          goals: [...limits(2.7), { figure: 'memory', most: 1.45 }],
        },
        {
          name: 'poll, no code cache',
          measure: () => commands.measure(poll, { env: { ...env, CRED_WATCH_NO_CACHE: '1' } }),
          goals: limits(3.3),
        },
        {
          name: LOOP,
          skip: noLoop,
          measure: () => commands.measure(['bash', '-c', threeJqLoop(endpoint.url, others)]),
        },
        {
          name: ONE_JQ_LOOP,
          skip: noLoop,
          measure: () => commands.measure(['sh', '-c', oneJqLoop(endpoint.url, others)]),
        },
        {
          name: 'boto3',
          skip: missingTools('python3') ?? missingPythonModule('boto3'),
          measure: () => commands.measure([pythonPath(), '-c', BOTO3, others], { env }),
        },
        {
          name: 'aws configure export-credentials',
          skip: missingTools('aws'),
          measure: () => commands.measure([AWS, 'configure', 'export-credentials'], { env }),
        },
        {
          name: 'files opened by poll beyond bare node',
          skip: missingTools('strace'),
          unit: 'files',
          baseline: null,
          once: true,
          measure: () => ({
            value:
              countOpenedFiles(poll, { folder, env }) -
              countOpenedFiles([process.execPath, '-e', '0'], { folder, env }),
          }),
          goals: [{ most: 20, against: null }],
        },
      ],
      close: async () => {
        await commands.close();
        await endpoint.stop();
      },
    };
  },
};

const CREATE_TABLE = 'CREATE TABLE samples (at, key, updated, expiration)';

const requests = (url) => `
  t=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${url}/latest/api/token)
  u=${url}/latest/meta-data/iam/security-credentials/
  r=$(curl -sf -H "X-aws-ec2-metadata-token: $t" $u)`;

const threeJqLoop = (url, database) => `set -e ${requests(url)}
  d=$(curl -sf -H "X-aws-ec2-metadata-token: $t" $u$r)
  k=$(jq -r .AccessKeyId <<< "$d")
  l=$(jq -r .LastUpdated <<< "$d")
  e=$(jq -r .Expiration <<< "$d")
  sqlite3 ${database} "INSERT INTO samples VALUES (datetime(), '$k', '$l', '$e')"`;

/** `@sh` writes quoted texts as SQL does. */
const oneJqLoop = (url, database) => `set -e ${requests(url)}
  curl -sf -H "X-aws-ec2-metadata-token: $t" $u$r |
  jq -r '@sh "INSERT INTO samples VALUES (datetime(), \\(.AccessKeyId), \\(.LastUpdated), \\(.Expiration));"' |
  sqlite3 ${database}`;

const BOTO3 = `
import sqlite3, sys
import boto3
credentials = boto3.Session().get_credentials()
key = credentials.get_frozen_credentials().access_key
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("INSERT INTO samples VALUES (datetime(), ?, NULL, ?)", (key, str(credentials._expiry_time)))
`;

/** Counts the files that a command opens successfully, including those of its threads and children. */
function countOpenedFiles([command, ...args], { folder, env }) {
  const trace = join(folder, 'trace.txt');
  execFileSync('strace', ['-f', '-qq', '-e', 'trace=open,openat', '-o', trace, command, ...args], {
    env: cleanEnvironment(folder, env),
    stdio: 'ignore',
  });
  return readFileSync(trace, 'utf8').match(/ = \d+$/gm)?.length ?? 0;
}
