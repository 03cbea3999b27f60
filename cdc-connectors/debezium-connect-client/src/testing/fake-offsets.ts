import type { SourceOffset } from '../rest/types.ts';
import { type FakeAnswer, ok, refused } from './fake-answer.ts';
import type { FakeConnector } from './fake-state.ts';

type Offsets = Map<string, SourceOffset[]>;

/** `PATCH /connectors/{name}/offsets`, for a connector that leaves its offsets to the worker as Debezium's do. */
export function alterOffsets(offsets: Offsets, connector: FakeConnector, name: string, body: unknown): FakeAnswer {
  const { offsets: given } = body as { offsets: SourceOffset[] };
  if (given.length === 0) return refused(400, 'Partitions / offsets need to be provided for an alter offsets request');
  if (connector.target !== 'STOPPED') return refused(400, notStopped(name));
  const keyOf = ({ partition }: SourceOffset) => JSON.stringify(partition);
  const after = new Map((offsets.get(name) ?? []).map((entry) => [keyOf(entry), entry]));
  for (const entry of given) {
    if (entry.offset === null) after.delete(keyOf(entry));
    else after.set(keyOf(entry), entry);
  }
  offsets.set(name, [...after.values()]);
  return ok({ message: done('altered') });
}

/** `DELETE /connectors/{name}/offsets`. */
export function resetOffsets(offsets: Offsets, connector: FakeConnector, name: string): FakeAnswer {
  if (connector.target !== 'STOPPED') return refused(400, notStopped(name));
  offsets.set(name, []);
  return ok({ message: done('reset') });
}

function notStopped(name: string): string {
  return (
    'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified ' +
    `connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`
  );
}

function done(what: 'altered' | 'reset'): string {
  return (
    `The Connect framework-managed offsets for this connector have been ${what} successfully. However, if this connector ` +
    `manages offsets externally, they will need to be manually ${what} in the system that the connector uses.`
  );
}
