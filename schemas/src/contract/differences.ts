import { canonicalText } from './canonical.ts';
import { type ColumnOf, columnsOf, envelopeOf } from './columns.ts';

/** One way in which a registered schema is not the one of the contract. */
export interface Difference {
  readonly subject: string;
  /** The column; null when it is about the whole schema. */
  readonly field: string | null;
  readonly code:
    | 'removed'
    | 'retyped'
    | 'required'
    | 'key-changed'
    | 'added'
    | 'relaxed'
    | 'described-anew'
    | 'envelope';
  /** Whether consumers written for the contract go on working. */
  readonly compatible: boolean;
  readonly message: string;
  readonly remedy: string;
}

const recapture = 'nothing breaks; take it up: banyan schemas capture';
const breaking =
  'consumers that declare it stop (row-refused): undo it in the monolith, or change the declarations first, then: banyan schemas capture';

/** What the schema of the registry changes for consumers of the contract's; empty when they are the same. */
export function differencesOf(subject: string, contract: unknown, registered: unknown): Difference[] {
  if (canonicalText(contract) === canonicalText(registered)) return [];
  const [before, after] = [columnsOf(contract), columnsOf(registered)];
  const isKey = subject.endsWith('-key');
  const found = [
    ...before.flatMap((column) =>
      changeOf(
        column,
        after.find(({ name }) => name === column.name),
      ),
    ),
    ...after.filter(({ name }) => !before.some((column) => column.name === name)).map(addedTo),
  ].map((one) => {
    const keyed = isKey ? { code: 'key-changed' as const, compatible: false } : {};
    const { field, code, compatible, what } = { ...one, ...keyed };
    return difference(subject, field, code, compatible, `column ${field} ${what}${isKey ? ' in the key' : ''}`);
  });
  if (canonicalText(envelopeOf(contract)) !== canonicalText(envelopeOf(registered)) && !isKey)
    found.push(
      difference(subject, null, 'envelope', true, "Debezium's own fields differ: another release or configuration"),
    );
  if (found.length === 0)
    found.push(difference(subject, null, 'described-anew', true, 'order or description of columns differs'));
  return found;
}

interface Change {
  readonly field: string;
  readonly code: Difference['code'];
  readonly compatible: boolean;
  readonly what: string;
}

function changeOf(before: ColumnOf, after: ColumnOf | undefined): Change[] {
  const change = (code: Difference['code'], compatible: boolean, what: string) => ({
    field: before.name,
    code,
    compatible,
    what,
  });
  if (!after) return [change('removed', false, 'was removed')];
  const found: Change[] = [];
  if (before.shape !== after.shape)
    found.push(change('retyped', false, `was '${before.shape}' and is '${after.shape}'`));
  if (before.nullable && !after.nullable)
    found.push(
      change(
        'required',
        after.hasDefault,
        `is NOT NULL now${after.hasDefault ? ', with a default' : ' without a default'}`,
      ),
    );
  if (!before.nullable && after.nullable) found.push(change('relaxed', true, 'may be NULL now'));
  const isDescribedAnew = before.remark !== after.remark || before.hasDefault !== after.hasDefault;
  if (found.length === 0 && isDescribedAnew)
    found.push(
      change(
        'described-anew',
        true,
        `has another default or other members: ${before.remark ?? '-'}, now ${after.remark ?? '-'}`,
      ),
    );
  return found;
}

const addedTo = ({ name }: ColumnOf): Change => ({ field: name, code: 'added', compatible: true, what: 'was added' });

function difference(
  subject: string,
  field: string | null,
  code: Difference['code'],
  compatible: boolean,
  what: string,
): Difference {
  return {
    subject,
    field,
    code,
    compatible,
    message: `${subject}: ${what}`,
    remedy: compatible ? recapture : breaking,
  };
}
