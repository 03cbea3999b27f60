import type { RecordPlace } from '@banyan/kit';
import { usage } from '../errors.ts';
import { escaped } from '../terminal/escape.ts';

/** `bank.bank.accounts/0@1536` */
export const placeText = ({ topic, partition, offset }: RecordPlace): string => `${topic}/${partition}@${offset}`;

/** What `placeText` says. Throws CliError `usage`. */
export function placeOf(text: string): RecordPlace {
  const [, topic, partition, offset] = /^([A-Za-z0-9._-]+)\/(\d{1,9})@(\d{1,18})$/.exec(text) ?? [];
  if (topic === undefined) {
    throw usage(`'${escaped(text)}' is no record`, 'it is TOPIC/PARTITION@OFFSET, as banyan stops lists it');
  }
  return { topic, partition: Number(partition), offset: BigInt(offset!) };
}

/** The parts of a key as the read model has it written down, bytes as base64. */
export const keyParts = (key: string): string[] =>
  (JSON.parse(key) as (string | { readonly bytes: string })[]).map((part) =>
    typeof part === 'string' ? part : part.bytes,
  );

/** A key as one word, as the query API writes it: of several parts percent-encoded, with a slash between. */
export function keyText(key: string): string {
  const parts = keyParts(key);
  return parts.length === 1 ? parts[0]! : parts.map(encodeURIComponent).join('/');
}
