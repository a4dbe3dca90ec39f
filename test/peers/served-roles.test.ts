import { describe, expect, test } from 'vitest';
import { describeEachClient } from '../support/peers/clients.ts';
import { createRole, startServed } from '../support/server/served-endpoint.ts';

describe.concurrent('paths', () => {
  describeEachClient((client, obtain) => {
    test('x', async ({ onTestFinished }) => {
      const roles = [createRole('first'), createRole('ops')];
      const { variables, exchanges } = await startServed({ roles }, onTestFinished);
      const { held } = await obtain(variables('ops', 'imds'));
      console.log(client, held?.accessKeyId, exchanges.map(({ method, path, status, client }) => `${method} ${path} ${status} ${client}`));
      expect(1).toBe(1);
    });
  });
});
