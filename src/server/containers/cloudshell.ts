import { documentFields, withFieldFaults } from '../credentials/credentials-document.ts';
import { dataAnswer, emptyAnswer, imdsJson, pageAnswer } from '../imds/imds-wire.ts';
import { answerTokenRequest, isTokenPath } from '../imds/token-request.ts';
import type { Answer, Inquiry, Reply, Responder } from '../inquiry.ts';
import type { Simulation } from '../simulation.ts';
import { isSameSecret } from './secret-compare.ts';

export const CLOUDSHELL_PATH = '/latest/meta-data/container/security-credentials';

/**
 * CloudShell's own endpoint, for which there is nothing but two blog posts: the document has an empty `Type` and no
 * `LastUpdated`, and either the token of the environment or one of `PUT /latest/api/token` opens it.
 */
export function cloudshellResponder(simulation: Simulation): Responder {
  return (inquiry) => {
    const reply: Omit<Reply, 'answer'> = {
      shape: 'cloudshell',
      asked: 'credentials',
      apiVersion: '',
      credentials: null,
    };
    if (inquiry.path === CLOUDSHELL_PATH) return { ...reply, ...answerCredentials(inquiry, simulation) };
    // With IMDS in the same process its token serves both.
    if (isTokenPath(inquiry.path) && !simulation.shapes.includes('imds')) {
      return { ...reply, asked: 'token', answer: answerTokenRequest(inquiry, simulation) };
    }
    return null;
  };
}

function answerCredentials(
  inquiry: Inquiry,
  simulation: Simulation,
): { answer: Answer; credentials?: Reply['credentials'] } {
  const { issuer, variants } = simulation;
  const { faults, now, method } = inquiry;
  if (method !== 'GET' && method !== 'HEAD') {
    return { answer: emptyAnswer(inquiry, 405, 'GET, HEAD') };
  }
  if (!isAuthorized(inquiry, simulation)) return { answer: emptyAnswer(inquiry, 401) };
  if (faults.get('no-role') !== undefined) return { answer: pageAnswer(inquiry, 404, null, variants) };
  const error = faults.get('error');
  const credentials = issuer.credentials('cloudshell', now, faults);
  const fields =
    error === undefined
      ? { Type: '', ...documentFields(credentials), Code: 'Success' }
      : { Code: error.code ?? 'InternalError', Message: 'The simulator was asked for this.' };
  const body = imdsJson(withFieldFaults(fields, faults));
  const data = { body, contentType: 'text/plain', lastModified: credentials.issuedAt } as const;
  return {
    answer: dataAnswer(inquiry, data, null, variants),
    ...(error === undefined ? { credentials } : {}),
  };
}

function isAuthorized({ headers, now }: Inquiry, { authorization, metadataTokens }: Simulation): boolean {
  const given = [headers.authorization, headers['x-aws-ec2-metadata-token']];
  return given.some(
    (text) =>
      typeof text === 'string' &&
      (isSameSecret(text, authorization) || metadataTokens.check(text, now) !== null),
  );
}
