import { applyFieldFaults, buildDocumentFields } from '../credentials/credentials-document.ts';
import type {
  EndpointRequest,
  EndpointResponse,
  HandledRequest,
  RequestHandler,
} from '../endpoint-request.ts';
import { buildDataResponse, buildEmptyError, buildHtmlError, formatImdsJson } from '../imds/imds-wire.ts';
import { handleTokenRequest, isTokenPath } from '../imds/token-request.ts';
import type { Simulation } from '../simulation.ts';
import { isSameSecret } from './compare-secrets.ts';

export const CLOUDSHELL_PATH = '/latest/meta-data/container/security-credentials';

/**
 * CloudShell's own endpoint, for which there is nothing but two blog posts: the document has an empty `Type` and no
 * `LastUpdated`, and either the token of the environment or one of `PUT /latest/api/token` opens it.
 */
export function createCloudshellHandler(simulation: Simulation): RequestHandler {
  return (inquiry) => {
    const reply: Omit<HandledRequest, 'response'> = {
      shape: 'cloudshell',
      kind: 'credentials',
      apiVersion: '',
      credentials: null,
    };
    if (inquiry.path === CLOUDSHELL_PATH) return { ...reply, ...answerCredentials(inquiry, simulation) };
    // With IMDS in the same process its token serves both.
    if (isTokenPath(inquiry.path) && !simulation.shapes.includes('imds')) {
      return { ...reply, kind: 'token', response: handleTokenRequest(inquiry, simulation) };
    }
    return null;
  };
}

function answerCredentials(
  inquiry: EndpointRequest,
  simulation: Simulation,
): { response: EndpointResponse; credentials?: HandledRequest['credentials'] } {
  const { issuer, variants } = simulation;
  const { faults, now, method } = inquiry;
  if (method !== 'GET' && method !== 'HEAD') {
    return { response: buildEmptyError(inquiry, 405, 'GET, HEAD') };
  }
  if (!isAuthorized(inquiry, simulation)) return { response: buildEmptyError(inquiry, 401) };
  if (faults.get('no-role') !== undefined) return { response: buildHtmlError(inquiry, 404, null, variants) };
  const error = faults.get('error');
  const credentials = issuer.issue('cloudshell', now, faults);
  const fields =
    error === undefined
      ? { Type: '', ...buildDocumentFields(credentials), Code: 'Success' }
      : { Code: error.code ?? 'InternalError', Message: 'The simulator was asked for this.' };
  const body = formatImdsJson(applyFieldFaults(fields, faults));
  const data = { body, contentType: 'text/plain', lastModified: credentials.issuedAt } as const;
  return {
    response: buildDataResponse(inquiry, data, null, variants),
    ...(error === undefined ? { credentials } : {}),
  };
}

function isAuthorized(
  { headers, now }: EndpointRequest,
  { authorization, metadataTokens }: Simulation,
): boolean {
  const given = [headers.authorization, headers['x-aws-ec2-metadata-token']];
  return given.some(
    (text) =>
      typeof text === 'string' &&
      (isSameSecret(text, authorization) || metadataTokens.check(text, now) !== null),
  );
}
