/**
 * Runs the steps of a workflow of GitHub Actions in their order, until one fails. GitHub's own packages parse
 * the workflow and evaluate its expressions. The runner itself is a stand-in: `run` steps are started as
 * GitHub documents it (`bash -e`), and `uses` steps by stand-ins for the actions.
 */
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import {
  convertWorkflowTemplate,
  isBasicExpression,
  isMapping,
  isSequence,
  NoOperationTraceWriter,
  parseWorkflow,
} from '@actions/workflow-parser';
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token';
import type { RecipeRun, Workspace } from './workspace.ts';

type Values = Record<string, string>;

/** What an action does: variables for the later steps, and outputs. */
export type ActionStandIn = (inputs: Values, env: Values) => Promise<{ env: Values; outputs: Values }>;

interface RunnerOptions {
  /** Variables of the runner. */
  env: Values;
  /** By the name in `uses`, without a version. Other actions do nothing. */
  actions?: Readonly<Record<string, ActionStandIn>>;
}

interface WorkflowRun {
  /** The last `run` step that was started. */
  last: RecipeRun | null;
  /** The scripts that were started, in order. */
  started: string[];
}

/** Runs the only job of a workflow. Throws if GitHub's parser rejects the workflow. */
export async function runWorkflow(
  workspace: Workspace,
  workflow: string,
  { env: runnerEnv, actions = {} }: RunnerOptions,
): Promise<WorkflowRun> {
  const { root, steps } = await parse(workflow);
  const outputs: Record<string, Values> = {};
  const evaluate = (token: TemplateToken | undefined) => readValues(token, outputs);
  let env = { ...runnerEnv, ...evaluate(find(root, 'env')) };
  const started: string[] = [];
  let last: RecipeRun | null = null;
  for (const step of steps) {
    const action = readValue(find(step, 'uses'), outputs)?.replace(/@.*$/, '');
    if (action !== undefined) {
      const result = await actions[action]?.(evaluate(find(step, 'with')), env);
      env = { ...env, ...result?.env };
      const id = readValue(find(step, 'id'), outputs);
      if (id !== undefined) outputs[id] = result?.outputs ?? {};
      continue;
    }
    const script = readValue(find(step, 'run'), outputs) ?? '';
    started.push(script);
    last = await workspace.shell(script, {
      env: { ...env, ...evaluate(find(step, 'env')) },
      shell: ['bash', '-e', '-c'],
    });
    if (last.code !== 0) break;
  }
  return { last, started };
}

/** The root of the workflow, and the steps of its only job. */
async function parse(workflow: string): Promise<{ root: TemplateToken; steps: TemplateToken[] }> {
  const { context, value } = parseWorkflow(
    { name: 'workflow.yml', content: workflow },
    new NoOperationTraceWriter(),
  );
  if (value === undefined) throw new Error('the workflow is empty');
  const template = await convertWorkflowTemplate(context, value);
  const errors = [
    ...context.errors.getErrors().map(String),
    ...(template.errors ?? []).map(({ Message }) => Message),
  ];
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const [job] = template.jobs;
  if (job === undefined || template.jobs.length > 1) throw new Error('the workflow has not exactly one job');
  const steps = find(find(find(value, 'jobs'), job.id.value), 'steps');
  if (steps === undefined || !isSequence(steps)) throw new Error('the job has no steps');
  return { root: value, steps: [...steps] };
}

const find = (token: TemplateToken | undefined, key: string): TemplateToken | undefined =>
  token !== undefined && isMapping(token) ? token.find(key) : undefined;

function readValues(token: TemplateToken | undefined, outputs: Record<string, Values>): Values {
  if (token === undefined || !isMapping(token)) return {};
  return Object.fromEntries(
    [...token].map(({ key, value }) => [key.toString(), readValue(value, outputs) ?? '']),
  );
}

/** The text of a value, after its expressions have been evaluated. */
function readValue(token: TemplateToken | undefined, outputs: Record<string, Values>): string | undefined {
  if (token === undefined) return undefined;
  if (!isBasicExpression(token)) return token.assertScalar('value').toString();
  const { tokens } = new Lexer(token.expression).lex();
  const expression = new Parser(tokens, ['steps'], []).parse();
  return new Evaluator(expression, buildContext(outputs)).evaluate().coerceString();
}

/** The context `steps` of an expression. */
function buildContext(outputs: Record<string, Values>): data.Dictionary {
  const toDictionary = (entries: [string, data.ExpressionData][]) =>
    new data.Dictionary(...entries.map(([key, value]) => ({ key, value })));
  const steps = Object.entries(outputs).map(([id, values]): [string, data.ExpressionData] => {
    const texts = Object.entries(values).map(([name, text]): [string, data.ExpressionData] => [
      name,
      new data.StringData(text),
    ]);
    return [id, toDictionary([['outputs', toDictionary(texts)]])];
  });
  return toDictionary([['steps', toDictionary(steps)]]);
}
