import { parseJsonObject, readText } from '../document/json-object.ts';
import { readVariable } from '../environment/variables.ts';
import type { OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { createContainerEndpoint } from './endpoint.ts';
import { parseContainerUrl } from './settings.ts';

const METADATA_URI = 'ECS_CONTAINER_METADATA_URI_V4';
const TASK_ARN = /^arn:[\w-]+:ecs:[\w-]*:\d*:task\/(?:[\w-]+\/)?([\w-]{1,128})$/;

/**
 * The id of the ECS task that this process runs in; `''` where there is none to be had, null where asking again may
 * help. One attempt: a name for the host is not worth more of the poll's time.
 */
export async function discoverTaskId(look: OngoingPoll): Promise<string | null> {
  const uri = readVariable(look.options.env, METADATA_URI, look.notes);
  const url = uri === null ? null : parseContainerUrl(uri, METADATA_URI);
  if (url === null || url instanceof PollError) return '';
  const path = `${url.pathname.replace(/\/$/, '')}/task`;
  look.secrets.add(path);
  try {
    const endpoint = createContainerEndpoint(url, METADATA_URI, look.options);
    const answer = await look.sendRequest(endpoint, { method: 'GET', path, headers: {} });
    if (answer.status >= 500 || answer.status === 429) return null;
    const task = answer.status === 200 ? parseJsonObject(answer.body ?? '') : null;
    return TASK_ARN.exec(task === null ? '' : readText(task, 'TaskARN'))?.[1] ?? '';
  } catch (error) {
    if (error instanceof PollError) return null;
    throw error;
  }
}
