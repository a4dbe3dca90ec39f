import type { Instant } from '../domain/model.ts';
import { buildAgentError, buildAgentProtocolError } from './containers/agent-wire.ts';
import { createCloudshellHandler } from './containers/cloudshell.ts';
import { createEcsHandler, respondWithEcsError } from './containers/ecs.ts';
import { createEksHandler, respondWithEksError } from './containers/eks.ts';
import type {
  EndpointRequest,
  EndpointResponse,
  ErrorResponder,
  HandledRequest,
  RequestHandler,
  Shape,
} from './endpoint-request.ts';
import { createImdsErrorResponder, createImdsHandler } from './imds/imds.ts';
import { buildHtmlError } from './imds/imds-wire.ts';
import type { Simulation } from './simulation.ts';

export interface DispatchedRequest {
  handledRequest: HandledRequest;
  /** How the endpoint that was meant refuses. */
  errorResponder: ErrorResponder;
}

/** The narrow ones first: IMDS knows an answer to everything. */
const ORDER = ['cloudshell', 'ecs', 'eks', 'imds'] as const;
const RESPONDERS: Readonly<Record<Shape, (simulation: Simulation) => RequestHandler>> = {
  imds: createImdsHandler,
  ecs: createEcsHandler,
  eks: createEksHandler,
  cloudshell: createCloudshellHandler,
};

/** All shapes of a simulation as one. */
export function createDispatcher(simulation: Simulation): (inquiry: EndpointRequest) => DispatchedRequest {
  const refuseAsImds = createImdsErrorResponder(simulation);
  const responders = ORDER.filter((shape) => simulation.shapes.includes(shape)).map((shape) => {
    const refusal =
      shape === 'ecs' ? respondWithEcsError : shape === 'eks' ? respondWithEksError : refuseAsImds;
    return { refusal, respond: unfailing(RESPONDERS[shape](simulation), shape, refusal) };
  });
  return (inquiry) => {
    for (const { respond, refusal } of responders) {
      const reply = respond(inquiry);
      if (reply !== null) return { handledRequest: reply, errorResponder: refusal };
    }
    const answer = buildAgentError(inquiry, 404, '404 page not found');
    return { handledRequest: otherReply(null, answer), errorResponder: refuseAsImds };
  };
}

/** An error of ours is the endpoint's own 500: nobody is left waiting for an answer. */
function unfailing(respond: RequestHandler, shape: Shape, refusal: ErrorResponder): RequestHandler {
  return (inquiry) => {
    try {
      return respond(inquiry);
    } catch (failure) {
      return { ...otherReply(shape, refusal(inquiry, 500)), internalError: failure };
    }
  };
}

const otherReply = (shape: Shape | null, answer: EndpointResponse): HandledRequest => ({
  shape,
  kind: 'other',
  apiVersion: '',
  credentials: null,
  response: answer,
});

/** For what is no request at all: as the server in front of the endpoints puts it. */
export function buildMalformedRequestError(
  { shapes, variants }: Simulation,
  now: Instant,
  status: 400 | 431,
): EndpointResponse {
  return shapes.includes('imds') || shapes.includes('cloudshell')
    ? buildHtmlError({ now, dateSkew: 0 }, 400, null, variants)
    : buildAgentProtocolError(status);
}
