import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/cli/built-program.ts';
import { metadataService, ROLES, roleDocument } from '../support/cli/metadata-script.ts';
import { succeed } from '../support/cli/succeed.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { type Step, startEndpoint } from '../support/sources/scripted-endpoint.ts';

test('polls before and after rotations give verdicts on a short and a long job', async () => {
  const served = { document: '' };
  const endpoint = await startEndpoint(({ method, path }) => {
    const script = metadataService({ [`GET ${ROLES}loader`]: { body: served.document } });
    return script[`${method} ${path}`] as Step;
  });
  const db = join(temporaryFolder(), 'samples.db');
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url, CRED_WATCH_DB: db };

  const before = await runProgram(['report', '-j', '1h'], { env });
  expect(before).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('does not exist') });

  // The first credentials have four hours left. Two later ones are valid for six hours.
  const issued = [
    { keyId: 'ASIAFIRST00000000001', issuedIn: -7200, expiresIn: 14_400 },
    { keyId: 'ASIASECOND0000000002', issuedIn: 0, expiresIn: 21_600 },
    { keyId: 'ASIATHIRD00000000003', issuedIn: 0, expiresIn: 21_600 },
  ];
  for (const each of issued) {
    served.document = roleDocument(each);
    for (let polls = 0; polls < 3; polls += 1) {
      expect(await succeed(['poll'], { env })).toContain(`  ASIA…${each.keyId.slice(-4)}  `);
    }
  }

  const report = JSON.parse(await succeed(['report', '-f', 'json'], { env }));
  expect(report.series).toMatchObject([
    { host: 'i-0abc', role: 'loader', sample_count: 9, generation_count: 3, rotation_count: 2 },
  ]);
  const [{ worst_case: worstCase, sampled_minimum: sampledMinimum }] = report.series;
  expect(worstCase.remaining_seconds).toBeLessThanOrEqual(sampledMinimum.remaining_seconds);
  expect(worstCase.remaining_seconds).toBeLessThanOrEqual(14_400);
  expect(worstCase.remaining_seconds).toBeGreaterThan(14_400 - 120);

  const short = await runProgram(['report', '-j', '3h'], { env });
  expect(short.stdout).toMatch(/ verdict +safe so far: a 3h job with a margin of 5m at any measured start/);
  expect(short).toMatchObject({ code: 0, stderr: '' });

  const long = await runProgram(['report', '-j', '5h'], { env });
  expect(long.stdout).toMatch(/ verdict +not safe: a 5h job with a margin of 5m, /);
  expect(long).toMatchObject({ code: 1, stderr: '' });

  const hopeless = await runProgram(['report', '-j', '7h', '-f', 'json'], { env });
  expect([hopeless.code, JSON.parse(hopeless.stdout).verdict]).toEqual([1, 'never']);
});
