import { CredWatchError, UnknownValueError } from '../errors.ts';

/**
 * Where the evidence on real endpoints is thin or changed with the years: what to do, the first being what is
 * documented or was captured last.
 */
export const VARIANTS = {
  wire: {
    choices: ['http/1.1', 'http/1.0'],
    description: 'IMDS answers as captured since 2022, or as hosts did until 2023',
  },
  'error-page': {
    choices: ['337', '339'],
    description: "length of the 404 page: as on older hosts, or as captured in 2021 (another line's indent)",
  },
  unauthorized: {
    choices: ['empty', 'page'],
    description:
      'body of a 401: none as captured in 2025 and 2026, or the page of 343 bytes of 2020 and 2024',
  },
  forwarded: {
    choices: ['403', '400'],
    description: 'a request with X-Forwarded-For: both codes were reported',
  },
  'bad-token': {
    choices: ['401', 'ignored'],
    description: 'a GET with a bad session token where none is needed',
  },
  throttle: {
    choices: ['429', '503', 'drop'],
    description: 'how IMDS throttles: both codes and silence were reported',
  },
  slash: {
    choices: ['200', '301'],
    description:
      'iam/security-credentials without its slash: the list as captured in 2021, or the redirect of 2018',
  },
  'extended-api': {
    choices: ['off', 'on'],
    description: 'iam/security-credentials-extended, which few clients ask for',
  },
} as const;

export type VariantName = keyof typeof VARIANTS;
export type Variants = { readonly [N in VariantName]: (typeof VARIANTS)[N]['choices'][number] };

const NAMES = Object.keys(VARIANTS) as VariantName[];

/**
 * Reads `NAME=VALUE`s; what is not named is as documented.
 * @throws CredWatchError
 */
export function parseVariants(specs: readonly string[]): Variants {
  const chosen: Record<string, string> = Object.fromEntries(
    NAMES.map((name) => [name, VARIANTS[name].choices[0]]),
  );
  for (const spec of specs) {
    const [name = '', value = ''] = spec.split('=', 2);
    if (!Object.hasOwn(VARIANTS, name)) {
      throw new UnknownValueError(`there is no variant '${name}'`, name, NAMES);
    }
    const { choices } = VARIANTS[name as VariantName];
    if (!choices.some((choice) => choice === value)) {
      throw new CredWatchError(
        `the variant ${name} cannot be '${value}'`,
        `use ${name}=${choices.join(` or ${name}=`)}`,
      );
    }
    chosen[name] = value;
  }
  return chosen as Variants;
}
