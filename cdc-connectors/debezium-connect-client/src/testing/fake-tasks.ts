import { type FakeAnswer, type FakeRequest, ok, refused } from './fake-answer.ts';
import { type FakeConnector, statusJson, taskIds } from './fake-state.ts';

/** What a worker answers below /connectors/{name}/tasks; a connector has one task, and none while it is stopped. */
export function answerOfTasks(
  connector: FakeConnector | undefined,
  name: string,
  workerId: string,
  { method }: FakeRequest,
  [task, what]: readonly string[],
): FakeAnswer | undefined {
  if (task === undefined) {
    if (connector === undefined) return refused(404, `Connector ${name} not found`);
    return ok(
      taskIds(name, connector).map((id) => ({ id, config: { ...connector.config, 'task.id': String(id.task) } })),
    );
  }
  const found = connector && statusJson(name, connector, workerId).tasks.find(({ id }) => String(id) === task);
  if (method === 'GET' && what === 'status')
    return found ? ok(found) : refused(404, `No status found for task ${name}-${task}`);
  if (method !== 'POST' || what !== 'restart') return undefined;
  if (connector === undefined) return refused(404, `Unknown connector: ${name}`);
  if (found === undefined) return refused(404, `Unknown task: ${name}-${task}`);
  delete connector.taskTrace;
  return { status: 204 };
}
