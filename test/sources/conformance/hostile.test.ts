import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkEndpoint, createJumpingClock, listChecks } from '../../support/conformance/check-endpoint.ts';
import {
  changeDocument,
  changeResponses,
  combine,
  isDocument,
  setHeaders,
} from '../../support/conformance/defects/defect.ts';
import { startLoopbackServer } from '../../support/conformance/loopback-server.ts';
import { createReferenceImds } from '../../support/conformance/reference-imds.ts';
import { sampleCases } from '../../support/thorough.ts';

const CONTEXT = { clock: createJumpingClock(), crash: () => {} };

const randomText = (length: number) => randomBytes(length).toString('hex').slice(0, length);

describe('a hostile endpoint', () => {
  test.each(
    sampleCases(
      [
        ['arrays', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
        ['objects', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`],
      ],
      2,
    ),
  )('a document of nested %s does not end the run', async (_, body) => {
    const nest = changeResponses(
      ({ path }) => isDocument(path),
      (response) => ({ ...response, body }),
    );
    const { origin } = await startLoopbackServer(nest(createReferenceImds(CONTEXT), CONTEXT), CONTEXT);
    expect(listChecks(await checkEndpoint({ url: origin, shape: 'imds', clock: CONTEXT.clock }))).toContain(
      'document-fields',
    );
  });

  test('a wrong Date of a hostile endpoint does not hide expired credentials', async () => {
    const expire = combine(
      changeDocument(() => ({ Expiration: '2020-01-01T00:00:00Z' })),
      changeResponses(
        () => true,
        (response) => setHeaders(response, { Date: 'Fri, 01 Jan 1999 00:00:00 GMT' }),
      ),
    );
    const { origin } = await startLoopbackServer(expire(createReferenceImds(CONTEXT), CONTEXT), CONTEXT);
    const run = await checkEndpoint({ url: origin, shape: 'imds', clock: CONTEXT.clock });
    expect(listChecks(run)).toContain('not-expired');
    expect(run.notes).toContainEqual(expect.objectContaining({ code: 'CLOCK_OFFSET' }));
  });

  test('long tokens and many headers of a hostile endpoint do not delay the report', {
    timeout: 20_000,
  }, async () => {
    const grow = changeResponses(
      () => true,
      (response, { method }) => ({
        ...response,
        headers: {
          ...response.headers,
          ...Object.fromEntries(Array.from({ length: 100 }, () => [`x-${randomText(6)}`, randomText(16)])),
        },
        body: method === 'PUT' && response.status === 200 ? randomText(20_000) : response.body,
      }),
    );
    const { origin } = await startLoopbackServer(grow(createReferenceImds(CONTEXT), CONTEXT), CONTEXT);
    const start = performance.now();
    await checkEndpoint({ url: origin, shape: 'imds', clock: CONTEXT.clock });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
