import type { Instant } from '../domain/model.ts';
import { buildAgentError, buildAgentProtocolError } from './containers/agent-wire.ts';
import { createCloudshellHandler } from './containers/cloudshell.ts';
import { createEcsHandler, respondWithEcsError } from './containers/ecs.ts';
import { createEksHandler, respondWithEksError } from './containers/eks.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  type ErrorResponder,
  type HandledRequest,
  type RequestHandler,
  type Shape,
  toHandledRequest,
} from './endpoint-request.ts';
import { createImdsErrorResponder, createImdsHandler } from './imds/imds.ts';
import { buildHtmlError } from './imds/imds-wire.ts';
import type { Simulation } from './simulation.ts';

export interface DispatchedRequest {
  handledRequest: HandledRequest;
  /** Builds the errors of the shape to which the request belongs. */
  errorResponder: ErrorResponder;
}

/** Shapes with few paths come first, because IMDS responds to every path. */
const SHAPE_ORDER = ['cloudshell', 'ecs', 'eks', 'imds'] as const;
const HANDLERS: Readonly<Record<Shape, (simulation: Simulation) => RequestHandler>> = {
  imds: createImdsHandler,
  ecs: createEcsHandler,
  eks: createEksHandler,
  cloudshell: createCloudshellHandler,
};

/** Combines the shapes of a simulation into one handler. */
export function createDispatcher(simulation: Simulation): (request: EndpointRequest) => DispatchedRequest {
  const respondWithImdsError = createImdsErrorResponder(simulation);
  const errorResponders: Readonly<Record<Shape, ErrorResponder>> = {
    imds: respondWithImdsError,
    ecs: respondWithEcsError,
    eks: respondWithEksError,
    cloudshell: respondWithImdsError,
  };
  const handlers = SHAPE_ORDER.filter((shape) => simulation.shapes.includes(shape)).map((shape) => {
    const errorResponder = errorResponders[shape];
    return { errorResponder, handle: catchErrors(HANDLERS[shape](simulation), shape, errorResponder) };
  });
  return (request) => {
    for (const { handle, errorResponder } of handlers) {
      const handledRequest = handle(request);
      if (handledRequest !== null) return { handledRequest, errorResponder };
    }
    const response = buildAgentError(request, 404, '404 page not found');
    return {
      handledRequest: toHandledRequest(null, 'other', [response]),
      errorResponder: respondWithImdsError,
    };
  };
}

/** Responds 500 if a handler throws, so that the client does not wait for a response. */
function catchErrors(handle: RequestHandler, shape: Shape, errorResponder: ErrorResponder): RequestHandler {
  return (request) => {
    try {
      return handle(request);
    } catch (error) {
      return { ...toHandledRequest(shape, 'other', [errorResponder(request, 500)]), internalError: error };
    }
  };
}

/** The response to bytes that are not an HTTP request. */
export function buildMalformedRequestError(
  { shapes, variants }: Simulation,
  now: Instant,
  status: 400 | 431,
): EndpointResponse {
  return shapes.includes('imds') || shapes.includes('cloudshell')
    ? buildHtmlError({ now, dateSkew: 0 }, 400, null, variants)
    : buildAgentProtocolError(status);
}
