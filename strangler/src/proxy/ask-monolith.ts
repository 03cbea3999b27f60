import type { Dispatcher } from 'undici';
import { answerFields } from '../route/answer-fields.ts';
import type { Answer } from '../route/declaration.ts';

/** Asks the monolith by itself, for no client; `fields` are names and values in turn. Rejects when it does not answer. */
export async function askMonolith(
  monolith: Dispatcher,
  path: string,
  signal: AbortSignal,
  fields: string[] = [],
): Promise<Answer> {
  const { statusCode, headers, body } = await monolith.request({ method: 'GET', path, headers: fields, signal });
  return {
    status: statusCode,
    contentType: String(headers['content-type'] ?? ''),
    fields: answerFields(headers),
    body: await body.text(),
  };
}
