import type { Instant } from '../domain/model.ts';
import { agentError, agentRejection } from './containers/agent-wire.ts';
import { cloudshellResponder } from './containers/cloudshell.ts';
import { ecsRefusal, ecsResponder } from './containers/ecs.ts';
import { eksRefusal, eksResponder } from './containers/eks.ts';
import { imdsRefusal, imdsResponder } from './imds/imds.ts';
import { pageAnswer } from './imds/imds-wire.ts';
import type { Answer, Inquiry, Refusal, Reply, Responder, Shape } from './inquiry.ts';
import type { Simulation } from './simulation.ts';

export interface Response {
  reply: Reply;
  /** How the endpoint that was meant refuses. */
  refusal: Refusal;
}

/** The narrow ones first: IMDS knows an answer to everything. */
const ORDER = ['cloudshell', 'ecs', 'eks', 'imds'] as const;
const RESPONDERS: Readonly<Record<Shape, (simulation: Simulation) => Responder>> = {
  imds: imdsResponder,
  ecs: ecsResponder,
  eks: eksResponder,
  cloudshell: cloudshellResponder,
};

/** All shapes of a simulation as one. */
export function responder(simulation: Simulation): (inquiry: Inquiry) => Response {
  const refuseAsImds = imdsRefusal(simulation);
  const responders = ORDER.filter((shape) => simulation.shapes.includes(shape)).map((shape) => {
    const refusal = shape === 'ecs' ? ecsRefusal : shape === 'eks' ? eksRefusal : refuseAsImds;
    return { refusal, respond: unfailing(RESPONDERS[shape](simulation), shape, refusal) };
  });
  return (inquiry) => {
    for (const { respond, refusal } of responders) {
      const reply = respond(inquiry);
      if (reply !== null) return { reply, refusal };
    }
    const answer = agentError(inquiry, 404, '404 page not found');
    return { reply: otherReply(null, answer), refusal: refuseAsImds };
  };
}

/** An error of ours is the endpoint's own 500: nobody is left waiting for an answer. */
function unfailing(respond: Responder, shape: Shape, refusal: Refusal): Responder {
  return (inquiry) => {
    try {
      return respond(inquiry);
    } catch (failure) {
      return { ...otherReply(shape, refusal(inquiry, 500)), failure };
    }
  };
}

const otherReply = (shape: Shape | null, answer: Answer): Reply => ({
  shape,
  asked: 'other',
  apiVersion: '',
  credentials: null,
  answer,
});

/** For what is no request at all: as the server in front of the endpoints puts it. */
export function brokenRequestAnswer(
  { shapes, variants }: Simulation,
  now: Instant,
  status: 400 | 431,
): Answer {
  return shapes.includes('imds') || shapes.includes('cloudshell')
    ? pageAnswer({ now, dateSkew: 0 }, 400, null, variants)
    : agentRejection(status);
}
