import { parseAllDocuments } from 'yaml';

/** Patterns of tables that the KafkaConnector of the second text captures, and that of the first did not; none when there was no first. */
export function newlyCaptured(before: string | undefined, now: string): string[] {
  if (before === undefined) return [];
  const known = new Set(tablesIn(before));
  return tablesIn(now).filter((table) => !known.has(table));
}

function tablesIn(text: string): string[] {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string; spec: Spec });
  const connector = objects.find(({ kind }) => kind === 'KafkaConnector');
  return connector?.spec.config['table.include.list']?.split(',') ?? [];
}

interface Spec {
  readonly config: Readonly<Record<string, string>>;
}
