// The request rate of the simulator, compared with a minimal node:http server that checks a token and returns the
// same body. IMDS closes every connection and the agents of ECS keep connections open, so both are measured.
import { readFileSync } from 'node:fs';
import { PROGRAM } from '../harness/commands.mjs';
import { formatRequest, openConnection, runClients, sendRequest, startServer } from '../harness/load.mjs';

const CLIENTS = 16;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'simulator',
  title: 'Requests to the simulator, 16 clients',
  rounds: { full: 7, quick: 3 },
  prepare: async ({ quick }) => {
    const roundMs = quick ? 500 : 1500;
    const simulator = await startServer([
      PROGRAM,
      ...['simulate', '--listen', '127.0.0.1:0', '--shape', 'imds,ecs', '--no-log', '-f', 'json'],
    ]);
    const { endpoints, environment, role } = simulator.hello;
    const port = Number(new URL(endpoints[0]).port);
    const ecsPath = new URL(environment.ecs.AWS_CONTAINER_CREDENTIALS_FULL_URI).pathname;
    const rolePath = `/latest/meta-data/iam/security-credentials/${role}`;
    const token = getBody(
      await sendRequest(
        port,
        formatRequest('PUT', '/latest/api/token', ['X-aws-ec2-metadata-token-ttl-seconds: 21600']),
      ),
    );
    const imdsRequest = formatRequest('GET', rolePath, [
      `X-aws-ec2-metadata-token: ${token}`,
      'Connection: close',
    ]);
    const ecsRequest = formatRequest('GET', ecsPath, ['Accept: application/json']);
    const kept = openConnection(port);
    const bodies = {
      imds: getBody(await sendRequest(port, imdsRequest)),
      ecs: getBody(await kept.sendRequest(ecsRequest)),
    };
    kept.close();
    const bare = await startServer(['-e', bareServer({ bodies, rolePath, ecsPath, token })]);
    const closing = (port) => () => ({
      round: async () => check(await sendRequest(port, imdsRequest), bodies.imds),
    });
    const keeping = (port) => () => {
      const connection = openConnection(port);
      return {
        round: async () => check(await connection.sendRequest(ecsRequest), bodies.ecs),
        close: connection.close,
      };
    };
    const measure = (server, makeRound) => async () => {
      const before = cpuMilliseconds(server.pid);
      const count = await runClients(CLIENTS, roundMs, makeRound);
      return {
        value: count / (roundMs / 1000),
        // CPU time of a thousand requests.
        cpuMs: ((cpuMilliseconds(server.pid) - before) * 1000) / count,
        peakKiB: peakKiB(server.pid),
      };
    };
    const unit = 'per second';
    const theirs = bare.hello.port;
    return {
      cases: [
        {
          name: 'node:http, open connections',
          unit,
          measure: measure(bare, keeping(theirs)),
        },
        {
          name: 'simulate, ECS, open connections',
          unit,
          measure: measure(simulator, keeping(port)),
          goals: [{ least: 0.95 }],
        },
        {
          name: 'node:http, one connection per request',
          unit,
          baseline: null,
          measure: measure(bare, closing(theirs)),
        },
        {
          name: 'simulate, IMDS, one connection per request',
          unit,
          baseline: 'node:http, one connection per request',
          measure: measure(simulator, closing(port)),
        },
      ],
      close: async () => {
        await simulator.stop();
        await bare.stop();
      },
    };
  },
};

const getBody = (response) => response.slice(response.indexOf('\r\n\r\n') + 4);

function check(response, body) {
  if (!response.startsWith('HTTP/1.1 200 OK\r\n') || getBody(response) !== body) {
    throw new Error(`unexpected response: ${response.slice(0, 60)}`);
  }
}

/** User and system time of a process, with a resolution of 10 ms. */
function cpuMilliseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const peakKiB = (pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** The source of a minimal server for comparison. */
const bareServer = ({ bodies, rolePath, ecsPath, token }) => `
  const bodies = ${JSON.stringify(bodies)};
  const server = require('node:http').createServer((request, response) => {
    if (request.url === ${JSON.stringify(rolePath)}) {
      if (request.headers['x-aws-ec2-metadata-token'] !== ${JSON.stringify(token)}) {
        response.writeHead(401).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': bodies.imds.length });
      response.end(bodies.imds);
    } else if (request.url === ${JSON.stringify(ecsPath)}) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bodies.ecs.length });
      response.end(bodies.ecs);
    } else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
  process.on('SIGTERM', () => process.exit());`;
