import { afterAll, beforeAll } from 'vitest';

/** Never used by AWS: the id is of the documentation. */
export const FALSE_KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'false/secret+key/of/these+tests/EXAMPLEKEY',
} as const;

const VARIABLES: Readonly<Record<string, string>> = {
  ...FALSE_KEYS,
  AWS_REGION: 'eu-west-1',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Sets variables of this process, because AWS's client reads them itself. */
export function useFalseKeys(): void {
  const before = new Map<string, string | undefined>();
  beforeAll(() => {
    for (const [name, value] of Object.entries(VARIABLES)) {
      before.set(name, process.env[name]);
      process.env[name] = value;
    }
  });
  afterAll(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}
