import { ConnectError } from '../errors/connect-error.ts';
import type { Answer, Call } from './exchange.ts';
import type { Worker } from './options.ts';
import { exchangeRetrying, type Retriability } from './retrying.ts';
import type { CallOptions } from './types.ts';

/** The worker as the methods of the client ask it: every request with its retries. Throws ConnectError only. */
export class Requests {
  readonly worker: Worker;

  constructor(worker: Worker) {
    this.worker = worker;
  }

  /** The decoded JSON of a GET. */
  async get(path: string, { signal }: CallOptions): Promise<unknown> {
    return (await this.send({ method: 'GET', path, signal })).body;
  }

  send(call: Call, retriability: Retriability = 'idempotent'): Promise<Answer> {
    return exchangeRetrying(this.worker, call, retriability);
  }
}

/** Throws `invalid-config` for an empty name: it would be another path. */
export function connectorPath(name: string): string {
  return `/connectors/${segment(name, 'the connector’s name', 'give the name it was put under')}`;
}

/** Throws `invalid-config` for what is no task's number. */
export function taskPath(name: string, taskId: number): string {
  if (!Number.isInteger(taskId) || taskId < 0)
    throw new ConnectError(
      'invalid-config',
      `the task of connector "${name}" is ${taskId}; give a whole number from 0`,
    );
  return `${connectorPath(name)}/tasks/${taskId}`;
}

/** One part of a path, escaped. Throws `invalid-config` for an empty one. */
export function segment(text: string, what: string, remedy: string): string {
  if (text === '') throw new ConnectError('invalid-config', `${what} is empty; ${remedy}`);
  return encodeURIComponent(text);
}
