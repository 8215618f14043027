import swagger from '@fastify/swagger';
import type { ApiInstance } from '../api-instance.ts';
import { INGEST_PATHS, ProblemSchema } from './ingest-paths.ts';
import { tidySchemas } from './tidy-schemas.ts';

/** As much of an OpenAPI 3.1 document as is read here. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, object>>;
  components?: { schemas?: Record<string, object> };
}

const TAGS = [
  { name: 'Readings', description: 'Readings in, refused readings, export' },
  { name: 'Sensors', description: 'The registry, latest values and history' },
  { name: 'Rules', description: 'Conditions that raise alerts' },
  { name: 'Alerts', description: 'Occurrences of rules on sensors' },
  { name: 'Notifications', description: 'Contacts, policies and what was delivered' },
  { name: 'Places', description: 'Sensors on floor plans and photos' },
  { name: 'Live', description: 'Events as they happen' },
  { name: 'Access', description: 'Keys, sessions and the record of changes' },
  { name: 'Operations', description: 'Health, metrics and this document' },
];

const securitySchemes = {
  key: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer <key>`' },
  session: { type: 'apiKey', in: 'cookie', name: 'vigie_session', description: 'Of a browser' },
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`Token <key>`, as InfluxDB 2 clients send it',
  },
  basic: { type: 'http', scheme: 'basic', description: 'The password is the key' },
  queryPassword: {
    type: 'apiKey',
    in: 'query',
    name: 'p',
    description: 'With any `u`, as InfluxDB 1 clients send it',
  },
} as const;

const problemAnswer = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: ProblemSchema } },
};

/** Registers the generator; must come before the routes. */
export async function registerOpenApi(app: ApiInstance, version: string): Promise<void> {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vigie',
        version,
        description:
          'Takes in readings from sensors, raises alerts, tells the right people, and answers questions about what happened. JSON names are snake_case; times are RFC 3339. Lists answer `items` and `next_cursor`, which is sent back as `cursor` for the next page.',
      },
      tags: TAGS,
      security: [{ key: [] }, { session: [] }],
      components: { securitySchemes },
    },
    transform: ({ schema, url, route }) => {
      const { config } = route as { config?: { isOpen?: boolean; scope?: string } };
      const described = { ...schema };
      if (config?.isOpen) described.security = [];
      if (config?.scope) {
        const scope = `Needs a key with the scope \`${config.scope}\`.`;
        described.description = described.description
          ? `${described.description}\n\n${scope}`
          : scope;
      }
      return { schema: described, url };
    },
  });
}

/** The OpenAPI 3.1 document of all routes, those for readings included; made once, when first asked for. */
export function createDocument(app: ApiInstance): () => OpenApiDocument {
  let made: OpenApiDocument | undefined;
  return () => {
    made ??= makeDocument(app.swagger() as OpenApiDocument);
    return made;
  };
}

function makeDocument(generated: OpenApiDocument): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [path, item] of Object.entries({ ...INGEST_PATHS, ...generated.paths })) {
    paths[path] = {};
    for (const [method, operation] of Object.entries(item ?? {})) {
      if (method === 'head') continue;
      const { responses, ...rest } = operation as { responses: object };
      const described = { ...rest, responses: { ...responses, default: problemAnswer } };
      paths[path][method] = { operationId: operationId(method, path), ...described };
    }
  }
  const order = Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1));
  return tidySchemas({ ...generated, paths: Object.fromEntries(order) } as OpenApiDocument);
}

/** `get /v1/sensors/{id}/readings` → `getSensorsIdReadings`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/v1/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
