/** One poll of a made-up history. Times in milliseconds. */
export interface LoggedPoll {
  at: number;
  accessKeyId: string;
  lastUpdated: number;
  expiration: number;
}

/** The content of fixtures/logs: twelve polls of four generations. */
export function createHistory(start = Date.UTC(2026, 10, 20, 0, 0, 1)): LoggedPoll[] {
  const generations = [
    { accessKeyId: 'ASIAEXAMPLEA1', lastUpdated: -600, expiration: 21_600 },
    { accessKeyId: 'ASIAEXAMPLEB2', lastUpdated: 3000, expiration: 25_800 },
    { accessKeyId: 'ASIAEXAMPLEC3', lastUpdated: 6600, expiration: 28_500 },
    { accessKeyId: 'ASIAEXAMPLED4', lastUpdated: 10_200, expiration: 32_700 },
  ];
  return generations.flatMap(({ accessKeyId, lastUpdated, expiration }, index) =>
    [0, 1200, 2400].map((offset) => ({
      at: start + (index * 3600 + offset) * 1000,
      accessKeyId,
      lastUpdated: start + lastUpdated * 1000,
      expiration: start + expiration * 1000,
    })),
  );
}

/** Secrets of the documents. No output may contain a piece of them. */
export const CANARY_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY';
export const CANARY_TOKEN = 'IQoJb3JpZ2luX2VjECanaryCanaryCanaryCanaryCanaryCanaryCanaryCanary+aToken==';

export const iso = (instant: number): string => new Date(instant).toISOString().replace('.000Z', 'Z');

export const imdsDocument = ({ accessKeyId, lastUpdated, expiration }: LoggedPoll) => ({
  Code: 'Success',
  LastUpdated: iso(lastUpdated),
  Type: 'AWS-HMAC',
  AccessKeyId: accessKeyId,
  SecretAccessKey: CANARY_SECRET,
  Token: CANARY_TOKEN,
  Expiration: iso(expiration),
});

export const containerDocument = ({ accessKeyId, expiration }: LoggedPoll) => ({
  RoleArn: 'arn:aws:iam::111122223333:role/loader',
  AccessKeyId: accessKeyId,
  SecretAccessKey: CANARY_SECRET,
  Token: CANARY_TOKEN,
  Expiration: iso(expiration),
});

export const processDocument = ({ accessKeyId, expiration }: LoggedPoll) => ({
  Version: 1,
  AccessKeyId: accessKeyId,
  SecretAccessKey: CANARY_SECRET,
  SessionToken: CANARY_TOKEN,
  Expiration: iso(expiration).replace('Z', '+00:00'),
});
