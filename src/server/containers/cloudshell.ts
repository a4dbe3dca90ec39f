import { applyFieldFaults, buildDocumentFields } from '../credentials/credentials-document.ts';
import {
  type CredentialsResponse,
  type EndpointRequest,
  type RequestHandler,
  toHandledRequest,
} from '../endpoint-request.ts';
import { buildDataResponse, buildEmptyError, buildHtmlError, formatImdsJson } from '../imds/imds-wire.ts';
import { handleTokenRequest, isTokenPath } from '../imds/token-request.ts';
import type { Simulation } from '../simulation.ts';
import { isSameSecret } from './compare-secrets.ts';

export const CLOUDSHELL_PATH = '/latest/meta-data/container/security-credentials';

/**
 * The endpoint of CloudShell, as described in two blog posts (there is no official documentation). The
 * document has an empty `Type` and no `LastUpdated`. Clients send the token of the environment or one from
 * `PUT /latest/api/token`.
 */
export function createCloudshellHandler(simulation: Simulation): RequestHandler {
  return (request) => {
    if (request.path === CLOUDSHELL_PATH) {
      return toHandledRequest('cloudshell', 'credentials', respondWithCredentials(request, simulation));
    }
    // If IMDS is simulated too, its handler issues the tokens for both.
    if (isTokenPath(request.path) && !simulation.shapes.includes('imds')) {
      return toHandledRequest('cloudshell', 'token', [handleTokenRequest(request, simulation)]);
    }
    return null;
  };
}

function respondWithCredentials(request: EndpointRequest, simulation: Simulation): CredentialsResponse {
  const { issuer, variants } = simulation;
  const { faults, now, method } = request;
  if (method !== 'GET' && method !== 'HEAD') return [buildEmptyError(request, 405, 'GET, HEAD')];
  if (!isAuthorized(request, simulation)) return [buildEmptyError(request, 401)];
  if (faults.has('no-role')) return [buildHtmlError(request, 404, null, variants)];
  const error = faults.get('error');
  const credentials = issuer.issue('cloudshell', now, faults);
  const fields =
    error === null
      ? { Type: '', ...buildDocumentFields(credentials), Code: 'Success' }
      : { Code: error.code ?? 'InternalError', Message: 'Simulated error.' };
  const body = formatImdsJson(applyFieldFaults(fields, faults));
  const content = { body, contentType: 'text/plain', lastModified: credentials.issuedAt } as const;
  return [buildDataResponse(request, content, null, variants), error === null ? credentials : null];
}

function isAuthorized(
  { headers, now }: EndpointRequest,
  { authorization, metadataTokens }: Simulation,
): boolean {
  const candidates = [headers.authorization, headers['x-aws-ec2-metadata-token']];
  return candidates.some(
    (text) =>
      typeof text === 'string' &&
      (isSameSecret(text, authorization) || metadataTokens.check(text, now) !== null),
  );
}
