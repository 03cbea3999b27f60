import { KitError } from '@banyan/kit';
import { ConnectError, causeLine, parseJavaTrace, sourceTroubleIn } from 'debezium-connect-client';
import { CliError } from '../errors.ts';

/** What is wrong, in one line each, and whether it may be right later without anybody doing anything. */
export interface Diagnosis {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
  readonly mayHeal: boolean;
}

/** Whatever a step has thrown. What nobody foresaw does not heal. */
export function diagnosisOf(thrown: unknown): Diagnosis {
  if (thrown instanceof CliError) return { ...textOf(thrown), remedy: thrown.remedy, mayHeal: thrown.mayHeal };
  if (thrown instanceof KitError) return { ...textOf(thrown), remedy: thrown.remedy, mayHeal: thrown.retriable };
  const error = ConnectError.from(thrown);
  if (error.code === 'task-failed' || error.code === 'connector-failed') return ofFailure(error);
  if (error.code === 'unauthorized') {
    const remedy = 'give an account that may, as CONNECT_USER and CONNECT_PASSWORD_FILE';
    return { code: error.code, message: `Connect does not let us in: ${line(error.message)}`, remedy, mayHeal: false };
  }
  // What the worker says when it refuses what was put is what it says when it is asked before.
  if (error.code === 'invalid-config') return ofRefusal([{ setting: null, said: error.message }]);
  const mayHeal = error.retriable || error.code === 'not-found';
  return { ...textOf(error), remedy: mayHeal ? null : 'see whether CONNECT_URL is the one of a worker', mayHeal };
}

/** The same as an error that ends the command. */
export function endOf({ code, message, remedy, mayHeal }: Diagnosis, cause: unknown): CliError {
  return new CliError(code, message, { remedy, mayHeal, cause });
}

/** One thing that a worker says against a configuration. */
export interface Objection {
  readonly setting: string | null;
  readonly said: string;
}

/** What a worker says against a configuration. A reason that stays goes before one that may heal. `source` says which. */
export function ofRefusal(objections: readonly Objection[], source = 'the source'): Diagnosis {
  const said = objections.map((one) => (one.setting === null ? line(one.said) : `${one.setting}: ${line(one.said)}`));
  const message = said.join('; ');
  const classes = new Set(said.flatMap((one) => missingClass.exec(one)?.slice(1) ?? []).filter(Boolean));
  if (classes.size > 0) return pluginMissing([...classes].join(', '), message);
  const trouble = sourceTroubleIn(parseJavaTrace(said.join(' ')));
  if (trouble)
    return {
      code: trouble.code,
      message: `${source}: ${trouble.what} (${message})`,
      remedy: trouble.remedy,
      mayHeal: false,
    };
  if (said.every((one) => unreachable.test(one))) {
    const remedy = 'see whether it runs, and whether the worker may reach it under this name';
    return {
      code: 'source-unreachable',
      message: `the worker cannot reach ${source}: ${message}`,
      remedy,
      mayHeal: true,
    };
  }
  const remedy = 'see the worker’s log, and its settings: what is wrong is not what this command sets by itself';
  return {
    code: 'invalid-config',
    message: `the worker refuses the configuration: ${message}`,
    remedy,
    mayHeal: false,
  };
}

/** Connect 4.3 and Debezium 3.5 on a class that is in no plugin: of a connector, of a setting. */
const missingClass =
  /which name matches ([\w.$]+)|Class ([\w.$]+) could not be found|ClassNotFoundException: ([\w.$]+)/;

/** BinlogConnector.validateConnection */
const unreachable = /Unable to connect:|Connection validation timed out|Error during connection validation/;

function pluginMissing(name: string, message: string): Diagnosis {
  return {
    code: 'plugin-missing',
    message: `the worker has no plugin with ${name}: its image is an older one, or not Banyan’s (${message})`,
    remedy: 'run the worker from the image of this version, and see GET /connector-plugins?connectorsOnly=false there',
    mayHeal: false,
  };
}

/** A FAILED connector or task: anything that is not known to stay may be over after a restart. */
function ofFailure({ code, message, trace, trouble }: ConnectError): Diagnosis {
  const missing = trace?.chain
    .map((cause) => missingClass.exec(causeLine(cause))?.slice(1).find(Boolean))
    .find(Boolean);
  if (missing) return pluginMissing(missing, line(message));
  const remedy = trouble?.remedy ?? null;
  const told = remedy === null ? message.replace(byHand, '') : message.replace(`; ${remedy}`, '');
  return { code: trouble?.code ?? code, message: line(told), remedy, mayHeal: !trouble };
}

/** What `failureOf` advises a programmer to do. */
const byHand = /[;,] remove the cause, then restart\(.*\)$/;

const textOf = ({ code, message }: { readonly code: string; readonly message: string }) => ({
  code,
  message: line(message),
});

/** The last line of a log is the one that is read: what a worker says in several is put into one. */
const line = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');
