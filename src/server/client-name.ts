const MAX_USER_AGENT_LENGTH = 1000;
const MAX_NAME_LENGTH = 100;

/**
 * Products of a User-Agent that differ between requests of one program: AWS SDKs state the API call,
 * settings, features and session (`api/s3#1.2 md/command#s3.ls m/E,Z sid/35033f4ca1bd`).
 */
const VARYING_PRODUCTS = new Set(['api', 'cfg', 'command', 'ft', 'm', 'md', 'prompt', 'sid', 'ua']);

/** Some programs send the id of a request or session instead of a version. */
const ID = /[\da-f-]{12}/i;

/** `aws-cli/2.9.19 Python/3.11.2 Linux/6.1`: the products, without comments, varying products and ids. */
export function parseClientName(userAgent: string): string {
  const text = userAgent.slice(0, MAX_USER_AGENT_LENGTH).trim();
  const products = text
    .replace(/\([^()]*\)/g, ' ')
    .split(/\s+/)
    .flatMap((word) => {
      const [product = '', ...version] = word.split('/');
      if (product === '' || version.length === 0 || VARYING_PRODUCTS.has(product)) return [];
      return [ID.test(version.join('/')) ? product : word];
    });
  return copyString((products.length === 0 ? text : products.join(' ')).slice(0, MAX_NAME_LENGTH));
}

/** Without a copy, V8 keeps the whole User-Agent in memory for a slice of it. */
const copyString = (text: string) => Buffer.from(text).toString();
