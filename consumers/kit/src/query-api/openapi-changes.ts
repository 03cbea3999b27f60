import { followableFilters } from './change-view.ts';
import { type Part, parameter, reads, ref, refusal, streamed } from './openapi-parts.ts';
import { failures, filtersIn, keyOf, keyTemplate, secured, type TableDocument, wrong } from './openapi-table.ts';
import type { ServedTable } from './served-table.ts';

const described = `Server-sent events, each an \`event\`, an \`id\` and \`data\` as JSON:

- \`start\` comes first. \`data.position\` is where the read model stands; later changes come as events. Follow first, then read
  with \`at-least\` that position: nothing is missed.
- \`upsert\` and \`delete\`: \`data\` is a \`banyan.Change\`. It has the key, not the row: read the row with \`at-least\` the event's
  position. A row that comes into the caller's view (his own rows, the filters) is an \`upsert\`, one that leaves it a \`delete\`.
  Several changes of a row may be one event.
- \`reset\`: any row may be another one now; read anew. It comes after a TRUNCATE, after a commit with more than 10,000 changed rows,
  and when the changes after \`Last-Event-ID\` are no longer kept.
- \`end\`: \`data.reason\` says why: \`closing\`, \`too-slow\`, \`token-expired\`. Come back with \`Last-Event-ID\`.

Lines that begin with a colon are signs of life; an \`id\` may come with them. Events come in the order of commits, of whole commits only.`;

export const changeSchema = {
  type: 'object',
  required: ['operation', 'key', 'position'],
  additionalProperties: false,
  properties: {
    operation: { type: 'string', enum: ['upsert', 'delete', 'reset'] },
    key: { type: ['string', 'null'], description: 'As `after` takes it; null for `reset`.' },
    position: { type: 'string', description: 'The commit that made the change is in at this GTID.' },
  },
};

const lastEventId = parameter('header', 'Last-Event-ID', 'The `id` of the last event that the caller has.', {
  type: 'string',
  pattern: '^\\d{1,16}$',
});

export function changePaths(served: ServedTable, document: TableDocument): [string, Part][] {
  const { path, table } = served;
  const filters = followableFilters(served);
  const operation = (name: string, summary: string, parameters: readonly Part[]) => {
    const { description = '', ...rest } = secured(served, document);
    const more = {
      parameters: [...parameters, lastEventId],
      ...rest,
      description: `${described}\n\n${description}`.trim(),
    };
    return reads(name, summary, more, {
      200: streamed('Changes, for as long as the caller reads', ref('schemas', 'banyan.Change')),
      400: refusal('The key can be none, or a parameter or the Last-Event-ID is wrong', wrong),
      ...failures(document),
    });
  };
  const all = filtersIn({ ...served, filters });
  return [
    [`${path}/changes`, operation(`${table.name}.changes`, `Changes of rows of ${table.name}`, all)],
    [
      `${keyTemplate(served)}/changes`,
      operation(`${table.name}.oneChanges`, `Changes of one row of ${table.name}, also of one to come`, keyOf(served)),
    ],
  ];
}
