// Response times of `serve` while it refreshes credentials. The sessions of STS last six seconds, and STS takes a second
// for a response, so that a refresh is under way for a quarter of the time.
import { PROGRAM } from '../harness/commands.mjs';
import { formatRequest, runPacedClients, sendRequest, startServer } from '../harness/load.mjs';
import { startSts } from '../harness/sts.mjs';

const CLIENTS = 200;
/** Of all clients together, per second. A single client sends as many. */
const REQUESTS = 200;
/** Longer than from one refresh to the next. */
const MEASURE_MS = 4000;

/** @type {import('../harness/bench.mjs').Bench} */
export default {
  name: 'serve',
  title: 'Requests to serve during refreshes',
  rounds: { full: 5, quick: 2 },
  prepare: async ({ folder }) => {
    const sts = await startSts({ lifetimeSeconds: 6, pauseMs: 1000 });
    const server = await startServer(
      [
        PROGRAM,
        ...['serve', '--role-arn', 'arn:aws:iam::111122223333:role/bench', '--sts-endpoint', sts.url],
        ...['--listen', '127.0.0.1:0', '--no-log', '-f', 'json', '--db', `${folder}/samples.db`],
      ],
      {
        AWS_ACCESS_KEY_ID: 'AKIABENCHBENCHBENCH1',
        AWS_SECRET_ACCESS_KEY: 'false',
        AWS_REGION: 'eu-west-1',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    );
    const port = Number(new URL(server.hello.endpoints[0].endpoint).port);
    const token = getBody(
      await sendRequest(
        port,
        formatRequest('PUT', '/latest/api/token', [
          'X-aws-ec2-metadata-token-ttl-seconds: 21600',
          'Connection: close',
        ]),
      ),
    );
    const request = formatRequest('GET', '/latest/meta-data/iam/security-credentials/bench', [
      `X-aws-ec2-metadata-token: ${token}`,
      'Connection: close',
    ]);
    const body = getBody(await sendRequest(port, request));
    const bare = await startServer(['-e', bareServer(body)]);

    const measure = (toPort, clients) => async () => {
      const before = await sts.countCalls();
      const pace = { clients, perSecond: REQUESTS, milliseconds: MEASURE_MS };
      const times = await runPacedClients(pace, async () => check(await sendRequest(toPort, request)));
      const calls = (await sts.countCalls()) - before;
      if (toPort === port && calls === 0) throw new Error('no refresh during the measurement');
      times.sort((a, b) => a - b);
      return { value: times[Math.floor(times.length * 0.99)] };
    };
    return {
      cases: [
        { name: 'serve, 1 client, 99th percentile', measure: measure(port, 1) },
        {
          name: `serve, ${CLIENTS} clients, 99th percentile`,
          measure: measure(port, CLIENTS),
          goals: [{ most: 2 }],
        },
        {
          name: `node:http, ${CLIENTS} clients, 99th percentile`,
          measure: measure(bare.hello.port, CLIENTS),
        },
      ],
      close: async () => {
        await server.stop();
        await bare.stop();
        await sts.stop();
      },
    };
  },
};

const getBody = (response) => response.slice(response.indexOf('\r\n\r\n') + 4);

function check(response) {
  if (!response.startsWith('HTTP/1.1 200 OK\r\n') || !response.includes('"Code" : "Success"')) {
    throw new Error(`unexpected response: ${response.slice(0, 60)}`);
  }
}

/** The source of a minimal server for comparison. */
const bareServer = (body) => `
  const server = require('node:http').createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': ${body.length}, Connection: 'close' });
    response.end(${JSON.stringify(body)});
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
  process.on('SIGTERM', () => process.exit());`;
