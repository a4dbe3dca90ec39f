import { describe, expect, test } from 'vitest';
import { SHAPES } from '../../src/server/endpoint-request.ts';
import { type ClientName, describeEachClient, runsOnlyInCi } from '../support/peers/clients.ts';
import { createRole, startServed } from '../support/server/served-endpoint.ts';

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** The SDKs for JavaScript, Go and Ruby replace the path of AWS_EC2_METADATA_SERVICE_ENDPOINT. */
const KEEPS_PATH: Readonly<Record<ClientName, boolean>> = { javascript: false, cli: true, go: false };

describe.concurrent('a client of a server with several roles', () => {
  describeEachClient((client, obtain) => {
    // The AWS CLI 2.9 and the SDK for Go of rclone 1.60 ignore AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
    for (const shape of SHAPES.filter((each) => each !== 'eks' || client === 'javascript')) {
      const isSlow = runsOnlyInCi(client) && shape !== 'imds';
      test.skipIf(isSlow)(
        `a client of a server with several roles gets the role of its variables for ${shape}`,
        async ({ onTestFinished }) => {
          const { variables } = await startServed(
            {
              roles: [createRole('loader'), createRole('ops')],
              shapes: SHAPES,
              listen: [
                { target: ANY_PORT, role: 'loader' },
                { target: ANY_PORT, role: 'ops' },
              ],
            },
            onTestFinished,
          );
          const { held, stderr } = await obtain(variables('ops', shape));
          expect(held?.accessKeyId, stderr).toBe('ASIACANARYOPS');
          expect(
            held?.matches({ secretAccessKey: 'CANARY-secret/ops+key', sessionToken: 'CANARY-token-ops==' }),
          ).toBe(true);
        },
      );
    }

    test.skipIf(runsOnlyInCi(client))(
      'a client of a server with several roles never gets another role than the one in its endpoint',
      async ({ onTestFinished }) => {
        const { variables, exchanges } = await startServed(
          { roles: [createRole('loader'), createRole('ops')], allowV1: true },
          onTestFinished,
        );
        const { held } = await obtain(variables('ops', 'imds'));
        expect(held?.accessKeyId).toBe(KEEPS_PATH[client] ? 'ASIACANARYOPS' : undefined);
        expect(exchanges.length).toBeGreaterThan(0);
      },
    );
  });
});
