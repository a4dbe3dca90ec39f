import type { Instant } from '../domain/model.ts';
import { buildAgentError, buildAgentProtocolError } from './containers/agent-wire.ts';
import { handleCloudshellRequest } from './containers/cloudshell.ts';
import { buildEcsStatusError, handleEcsRequest } from './containers/ecs.ts';
import { buildEksStatusError, handleEksRequest } from './containers/eks.ts';
import type {
  EndpointRequest,
  EndpointResponse,
  HandledRequest,
  Shape,
  ShapeResult,
} from './endpoint-request.ts';
import type { EndpointState } from './endpoint-state.ts';
import { buildImdsError, handleImdsRequest } from './imds/imds.ts';
import { buildHtmlError } from './imds/imds-wire.ts';

interface ShapeHandler {
  /** Returns null if the path belongs to another shape. */
  handle(request: EndpointRequest, state: EndpointState): ShapeResult | null;
  /** Builds the error response for a status. */
  buildError(request: EndpointRequest, status: number, state: EndpointState): EndpointResponse;
}

const SHAPE_HANDLERS: Readonly<Record<Shape, ShapeHandler>> = {
  cloudshell: { handle: handleCloudshellRequest, buildError: buildImdsError },
  ecs: { handle: handleEcsRequest, buildError: buildEcsStatusError },
  eks: { handle: handleEksRequest, buildError: buildEksStatusError },
  imds: { handle: handleImdsRequest, buildError: buildImdsError },
};

/** Shapes with few paths come first, because IMDS responds to every path. */
const SHAPE_ORDER = ['cloudshell', 'ecs', 'eks', 'imds'] as const;

/** Passes a request to the first served shape that handles its path. */
export function dispatch(request: EndpointRequest, state: EndpointState): HandledRequest {
  const defaults = { apiVersion: '', credentials: null } as const;
  for (const shape of SHAPE_ORDER) {
    if (!state.shapes.includes(shape)) continue;
    try {
      const result = SHAPE_HANDLERS[shape].handle(request, state);
      if (result === null) continue;
      // Spreading the result would take most of the time of a request.
      const { kind, response, apiVersion = '', credentials = null } = result;
      return { shape, kind, response, apiVersion, credentials };
    } catch (internalError) {
      // Without a response, the client would wait.
      const response = buildShapeError(shape, request, 500, state);
      return { ...defaults, shape, kind: 'other', response, internalError };
    }
  }
  const response = buildAgentError(request, 404, '404 page not found');
  return { ...defaults, shape: null, kind: 'other', response };
}

/** The response of a shape for a status. IMDS responds for a path of no shape. */
export const buildShapeError = (
  shape: Shape | null,
  request: EndpointRequest,
  status: number,
  state: EndpointState,
) => SHAPE_HANDLERS[shape ?? 'imds'].buildError(request, status, state);

/** The response to bytes that are not an HTTP request. */
export function buildMalformedRequestError(
  { shapes, variants }: EndpointState,
  now: Instant,
  status: 400 | 431,
): EndpointResponse {
  return shapes.includes('imds') || shapes.includes('cloudshell')
    ? buildHtmlError({ now, dateSkew: 0 }, 400, null, variants)
    : buildAgentProtocolError(status);
}
