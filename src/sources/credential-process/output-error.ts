import type { OutputForm } from '../../domain/misconfiguration.ts';
import { isObject, type JsonObject, parseJson, parseJsonObject } from '../document/json-object.ts';
import { PollError } from '../poll-error.ts';

/** The problem of each form. The output is never quoted, because it contains secrets. */
const PROBLEMS: Readonly<Record<OutputForm, string>> = {
  sts: 'the process printed a response of STS',
  sso: 'the process printed a response of SSO',
  iot: 'the process printed a response of IoT',
  variables: 'the process printed variables or settings instead of JSON',
  'surrounded-json': 'the process printed text before or after the JSON',
  'no-version': 'Version is not 1',
  'no-json': 'the output of the process is not a JSON object',
};

/** Responses of `aws` commands by the member that has the keys. IoT and STS differ in letter case only. */
const RESPONSES = { Credentials: 'sts', roleCredentials: 'sso', credentials: 'iot' } as const;

/** An assignment of a shell, fish, PowerShell or cmd, or a setting of a shared file. */
const ASSIGNMENT =
  /^\W*(?:(?:export|set|setx|setenv|Env|declare)\b.*?)?AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)\b/im;

/** The error for output that is not the JSON of a `credential_process`. */
export function createOutputError(output: string, object: JsonObject | null): PollError {
  const form = object === null ? findFormOfText(output) : findFormOfObject(object);
  const misconfiguration = { code: 'WRONG_OUTPUT', form } as const;
  return new PollError('malformed', PROBLEMS[form], { misconfiguration });
}

function findFormOfObject(object: JsonObject): OutputForm {
  for (const [name, form] of Object.entries(RESPONSES)) {
    if (isObject(object[name])) return form;
  }
  return 'no-version';
}

function findFormOfText(output: string): OutputForm {
  const json = output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1);
  if (parseJsonObject(json) === null) return ASSIGNMENT.test(output) ? 'variables' : 'no-json';
  // Other JSON can contain an object, for example a list.
  return parseJson(output) === undefined ? 'surrounded-json' : 'no-json';
}
