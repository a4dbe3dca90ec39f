import { CredWatchError } from '../../errors.ts';

/** VictoriaMetrics, its cluster and vmagent import the text format at this path. */
const DEFAULT_PATH = '/api/v1/import/prometheus';

/** The only parameter that is not a secret and that changes what is stored. */
const ALLOWED_PARAMETER = 'extra_label';

/**
 * Parses the value of `--to prometheus=URL`. A URL without a path gets the usual path.
 * @throws CredWatchError without quoting the URL, because it may contain a password
 */
export function parseImportUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw createInvalidArgument(
      'the value after prometheus= is not an http or https URL',
      'use for example prometheus=http://127.0.0.1:8429',
    );
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw createInvalidArgument(
      'the URL after prometheus= contains a user name or a password',
      'remove it, and set CRED_WATCH_PROMETHEUS_USERNAME and CRED_WATCH_PROMETHEUS_PASSWORD_FILE',
    );
  if ([...url.searchParams.keys()].some((name) => name !== ALLOWED_PARAMETER))
    throw createInvalidArgument(
      `the URL after prometheus= has a parameter other than ${ALLOWED_PARAMETER}`,
      'secrets do not belong in a URL; set CRED_WATCH_PROMETHEUS_TOKEN_FILE',
    );
  url.hash = '';
  if (url.pathname === '/') url.pathname = DEFAULT_PATH;
  return url;
}

/** A running program cannot correct its arguments and its environment. */
export const createInvalidArgument = (message: string, hint: string): CredWatchError =>
  new CredWatchError(message, hint, { code: 'INVALID_ARGUMENT' });

/** The names of URLs with IPv6 addresses have brackets. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether an unencrypted request to this URL can be read by other machines. */
export const exposesRequests = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && !LOOPBACK.test(hostname);
