import type { Projection } from '../projection/declaration.ts';
import { changePaths, changeSchema } from './openapi-changes.ts';
import { ownedPaths } from './openapi-owned.ts';
import { headers, json, type Part, plain, reads } from './openapi-parts.ts';
import { componentName, type TableDocument, tablePaths } from './openapi-table.ts';
import { liveSchema, positionSchema, problemSchema, proofSchema, readySchema, rowSchema } from './schemas.ts';
import type { ServedTable } from './served-table.ts';

export interface OpenApiOptions extends TableDocument {
  readonly projection: Projection;
  readonly tables: readonly ServedTable[];
}

/** The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), from the schemas that serialize its answers. */
export function openApi(options: OpenApiOptions): Part {
  const { projection, tables, auth } = options;
  const rows = Object.fromEntries(tables.map((served) => [componentName(served), rowSchema(served)]));
  const { challenge, ...open } = headers;
  return {
    openapi: '3.1.0',
    info: {
      title: `${projection.name}: query API`,
      version: '1.0.0',
      description: `A read model of ${projection.tables.map(({ source }) => source).join(', ')}. Each answer says up to which transaction of the source it is complete, and how old that is.`,
    },
    paths: {
      ...together(
        tables.flatMap((served) => [
          ...tablePaths(served, options),
          ...changePaths(served, options),
          ...ownedPaths(served, options),
        ]),
      ),
      ...service,
    },
    components: {
      schemas: {
        ...rows,
        'banyan.Position': positionSchema,
        'banyan.Change': changeSchema,
        'banyan.Problem': problemSchema(),
      },
      headers: auth ? { ...open, challenge } : open,
      ...(auth && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } }),
    },
  };
}

/** Operations of one path stand side by side. */
function together(paths: readonly (readonly [string, Part])[]): Part {
  const all: Record<string, Part> = {};
  for (const [path, operations] of paths) all[path] = { ...all[path], ...operations };
  return all;
}

/** What every service has. It wants no token. */
const service = {
  '/live': reads('live', 'The process turns', {}, { 200: plain('It does', json(liveSchema)) }),
  '/ready': reads(
    'ready',
    'Whether answers are fresh enough',
    {},
    { 200: plain('They are', json(readySchema)), 503: plain('They are not, or there are none', json(readySchema)) },
  ),
  '/proof': reads(
    'proof',
    'Whether the read model was compared with its source, at which position, and how long ago',
    {},
    { 200: plain('What is known', json(proofSchema)) },
  ),
  '/metrics': reads(
    'metrics',
    'Metrics for Prometheus',
    {},
    { 200: plain('Text exposition format', { 'text/plain': { schema: { type: 'string' } } }) },
  ),
  '/openapi.json': reads('openapi', 'This document', {}, { 200: plain('It', json({ type: 'object' })) }),
};
