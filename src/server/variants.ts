import { CredWatchError, UnknownValueError } from '../errors.ts';

/**
 * Behaviours of real endpoints for which there is little evidence, or which changed over the years. The first
 * choice is the default: the documented behaviour or the latest capture.
 */
export const VARIANTS = {
  wire: {
    choices: ['http/1.1', 'http/1.0'],
    description: 'HTTP version of IMDS: as captured since 2022, or as on hosts until 2023',
  },
  'error-page': {
    choices: ['337', '339'],
    description: 'length of the 404 page: as on older hosts, or as captured in 2021 with a deeper indent',
  },
  unauthorized: {
    choices: ['empty', 'page'],
    description: 'body of a 401: empty as captured in 2025 and 2026, or the 343-byte page of 2020 and 2024',
  },
  forwarded: {
    choices: ['403', '400'],
    description: 'status for a request with X-Forwarded-For; both were reported',
  },
  'bad-token': {
    choices: ['401', 'ignored'],
    description: 'response to an invalid session token if no token is required',
  },
  throttle: {
    choices: ['429', '503', 'drop'],
    description: 'how IMDS throttles; both statuses and no response were reported',
  },
  slash: {
    choices: ['200', '301'],
    description: 'iam/security-credentials without a final slash: the list of 2021, or the redirect of 2018',
  },
  'extended-api': {
    choices: ['off', 'on'],
    description: 'serve iam/security-credentials-extended, which few clients use',
  },
} as const;

export type VariantName = keyof typeof VARIANTS;
export type Variants = { readonly [N in VariantName]: (typeof VARIANTS)[N]['choices'][number] };

/**
 * Parses `NAME=VALUE` texts. Unnamed variants use the documented behaviour.
 * @throws CredWatchError
 */
export function parseVariants(specs: readonly string[]): Variants {
  const chosen: Record<string, string> = {};
  for (const [name, { choices }] of Object.entries(VARIANTS)) chosen[name] = choices[0];
  for (const spec of specs) {
    const [name = '', value = ''] = spec.split('=', 2);
    if (!isVariantName(name)) {
      throw new UnknownValueError(`unknown variant '${name}'`, name, Object.keys(VARIANTS));
    }
    const { choices } = VARIANTS[name];
    if (!choices.some((choice) => choice === value)) {
      throw new CredWatchError(
        `invalid value '${value}' for the variant ${name}`,
        `use ${name}=${choices.join(` or ${name}=`)}`,
      );
    }
    chosen[name] = value;
  }
  // Every name has a value of its choices, which the compiler cannot see through the loop.
  return chosen as Variants;
}

const isVariantName = (name: string): name is VariantName => Object.hasOwn(VARIANTS, name);
