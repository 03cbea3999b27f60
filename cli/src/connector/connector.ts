import { capture } from '@banyan/connectors';
import { kafkaJsTransport, transactionLogs } from '@banyan/kit/transport';
import { ConnectClient } from 'debezium-connect-client';
import type { Arguments, Command, Context } from '../command.ts';
import { usage } from '../errors.ts';
import { shownHanging } from '../hanging.ts';
import { services, tablesOf } from '../services.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { applyConnector, type Deployment, planFor, validated } from './apply.ts';
import { type ConnectorSettings, connectorSettings, variables } from './config.ts';
import { type Diagnosis, diagnosisOf } from './diagnosis.ts';
import { Patience } from './patience.ts';
import type { Reader } from './plan.ts';
import { refuseStopped } from './refusals.ts';
import { appliedText, planProblems, planText, shownPlan } from './render.ts';

export const connector: Command = {
  summary:
    'plan or apply the connector that captures what the services read, on any Kafka Connect; for a Job in Kubernetes',
  help: `banyan connector plan|apply [--dangerous]

Has Kafka Connect capture the tables that the declarations of the project name. It is set up by the environment alone, and safe to run
again: what is as it should be stays as it is, untouched.

  banyan connector plan     what apply would do: topics to make, settings that differ, what it would refuse. It changes nothing
  banyan connector apply    waits for Kafka, Connect and source; ends transactions that Kafka has forgotten and that hold back the
                            topics of connector or worker; has the worker check the configuration, which tries the source; makes
                            the topics that are missing; puts the connector when a setting differs; restarts what has FAILED; waits
                            until it streams. Run each few minutes it heals a task that FAILED, and a setting changed by hand

A running connector goes on with the tables that it captures: one that no service names any more stays, and one that is added is
refused (not-captured), as Kafka has no history of it. A change that plan marks with ! is refused without --dangerous. A connector
that somebody has paused or stopped is left alone.

Exit codes of plan: 0 nothing to do, 2 something (as terraform plan -detailed-exitcode has it), 1 apply would refuse it.
Exit codes of apply: 0 it streams, 1 it does not and trying again will not help.
Both: 75 it may heal by itself (EX_TEMPFAIL), as when Connect or the source is away; 1 a wrong call or environment. The last line
says what is wrong, where, and what to do.

Environment:
${variables}`,
  options: { dangerous: {} },
  words: 1,
  wrongCall: 1,
  run: runConnector,
};

async function runConnector(context: Context, args: Arguments): Promise<number> {
  const [action = ''] = args.words;
  if (action !== 'plan' && action !== 'apply') throw usage(`'${escaped(action)}' is neither plan nor apply`);
  const dangerous = args.options.dangerous === true;
  if (dangerous && action === 'plan') throw usage('--dangerous goes with apply; plan shows what is');
  const { output, signal } = context;
  signal.addEventListener('abort', () => output.complain(interrupted));
  const settings = connectorSettings(context.env);
  const deployment = await deploymentOf(
    settings,
    (await services()).map((service) => ({ name: service.name, tables: tablesOf([service]) })),
  );
  const patience = new Patience({
    waitMs: settings.waitMs,
    say: (text) => output.say('connector', text),
    signal,
  });
  try {
    return action === 'plan'
      ? await plan(context, deployment, patience)
      : await apply(context, deployment, patience, dangerous);
  } finally {
    await Promise.all([deployment.transport.close(), deployment.transactions.close()]);
  }
}

const interrupted = 'banyan connector: interrupted; what was done stays done, and a further run goes on from there';

/** A worker tries the source for up to a minute before it says that it cannot reach it. */
const validationLimitMs = 75_000;

async function deploymentOf(
  { connectUrl, basicAuth, capture: options }: ConnectorSettings,
  readers: readonly Reader[],
): Promise<Deployment> {
  const kafka = { brokers: options.kafka, clientId: 'banyan-connector' };
  const tables = [...new Set(readers.flatMap((reader) => reader.tables))].sort();
  return {
    connect: new ConnectClient({
      url: connectUrl,
      timeoutMs: validationLimitMs,
      // Patience waits, and says so.
      retry: { attempts: 1 },
      ...(basicAuth && { basicAuth }),
    }),
    transport: kafkaJsTransport(kafka),
    transactions: await transactionLogs(kafka),
    capture: capture({ ...options, tables }),
    readers,
    proof: 'binlog-read',
    steadyMs: 5000,
    captureAnew:
      'Kafka has no history of what is added: capture anew under another TOPIC_PREFIX and SERVER_ID, and fill the read models from there',
  };
}

async function plan({ output, json }: Context, deployment: Deployment, patience: Patience): Promise<number> {
  const found = await planFor(deployment, patience);
  const refusal = await refusalOf(async () => {
    if (found.connector !== 'new') await refuseStopped(deployment.connect, found.name, patience);
    await validated(deployment.connect, found, patience.signal);
  });
  const problems = planProblems(found, deployment, refusal);
  const ok = problems.length === 0;
  if (json) await output.line(jsonLine({ command: 'connector', ok, problems, plan: shownPlan(found) }));
  else await output.line(planText(found, problems));
  if (!ok) return refusal?.mayHeal && problems.length === 1 ? 75 : 1;
  const { connector: state, topics, hanging } = found;
  return state === 'same' && topics.length === 0 && hanging.length === 0 ? 0 : 2;
}

async function refusalOf(check: () => Promise<void>): Promise<Diagnosis | null> {
  return check().then(
    () => null,
    (thrown: unknown) => diagnosisOf(thrown),
  );
}

async function apply(
  { output, json }: Context,
  deployment: Deployment,
  patience: Patience,
  dangerous: boolean,
): Promise<number> {
  const applied = await applyConnector(deployment, patience, { dangerous });
  const { outcome, topics, ended, restarts, plan: done, proof } = applied;
  const { file, pos, gtids } = proof.offset.offset ?? {};
  const position = { binlog: file === undefined ? null : `${file}:${pos}`, gtids: gtids ?? null };
  const shown = { ...shownPlan(done), topics, hanging: ended.map(shownHanging) };
  if (json)
    await output.line(
      jsonLine({ command: 'connector', ok: true, problems: [], outcome, restarts, position, plan: shown }),
    );
  else await output.line(appliedText(applied));
  return 0;
}
