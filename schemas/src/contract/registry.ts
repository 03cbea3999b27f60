/**
 * The newest schema of a subject; null when the registry has none of that name. Throws an Error that names registry and subject
 * when it does not answer within the limit, or answers with something else. Source: Confluent's API, `GET /subjects/{s}/versions/latest`.
 */
export async function latestSchema(registryUrl: string, subject: string, limitMs = 5000): Promise<unknown> {
  const url = `${registryUrl}/subjects/${encodeURIComponent(subject)}/versions/latest`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
    if (response.status === 404) return null;
    const body = await response.text();
    if (!response.ok) throw new Error(`it answers ${response.status} ${body.slice(0, 200)}`);
    const { schema } = JSON.parse(body) as { schema?: unknown };
    if (typeof schema !== 'string')
      throw new Error(`it answers with something else than a schema: ${body.slice(0, 200)}`);
    return JSON.parse(schema);
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
    throw new Error(`subject ${subject} at the registry ${registryUrl}: ${cause?.message || cause?.code || message}`, {
      cause: error,
    });
  }
}
