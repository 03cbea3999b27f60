import { MergeError, type MergeErrorCode } from './merge-error.ts';
import type { MergeRecord, PartitionName } from './types.ts';

/**
 * Checks a chunk of one partition before anything of it is taken in: offsets only go forward from `position`, and markers
 * and changes are not mixed up.
 *
 * @throws MergeError `offset-went-back`, `marker-among-changes`, `change-among-markers`
 */
export function checkChunk(
  partition: PartitionName,
  expected: 'marker' | 'change',
  records: readonly MergeRecord[],
  position: bigint,
  nextOffset: bigint,
): void {
  let last: bigint | null = null;
  for (const { kind, offset } of records) {
    if (last === null ? offset < position : offset <= last) throw wentBack(partition, offset, last ?? position);
    if (kind !== expected && kind !== 'ignored') throw mixedUp(partition, kind, offset);
    last = offset;
  }
  if (nextOffset < position || (last !== null && nextOffset <= last))
    throw wentBack(partition, nextOffset, last ?? position);
}

function wentBack(partition: PartitionName, offset: bigint, after: bigint): MergeError {
  return new MergeError(
    'offset-went-back',
    `${partition}: offset ${offset} came after ${after}. Push each partition in offset order from the checkpoint on; when the ` +
      'topic was created anew, rebuild the read model.',
  );
}

function mixedUp(partition: PartitionName, kind: 'marker' | 'change', offset: bigint): MergeError {
  const code: MergeErrorCode = kind === 'marker' ? 'marker-among-changes' : 'change-among-markers';
  const [found, asked] = kind === 'marker' ? ['a BEGIN or END', 'row changes'] : ['a row change', 'BEGIN and END'];
  return new MergeError(
    code,
    `${partition} at offset ${offset}: ${found} in a partition subscribed for ${asked}. Check the topic names of the subscription.`,
  );
}
