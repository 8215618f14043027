import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { ExportQuery } from '#domain/history.ts';
import { exportReadings } from '#operations/reading/export.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

const { sensors: _sensors, ...plainQuery } = ExportQuery.properties;
const ExportUrlQuery = Type.Object({
  ...plainQuery,
  sensor_id: Type.Optional(
    Type.String({
      description: 'Ids or patterns with * and ?, by commas; every sensor unless given',
    }),
  ),
});

/** `sensor_id=a,b` and `sensor_id=a&sensor_id=b` → a list. */
function exportInput(query: Record<string, unknown>): ExportQuery {
  const { sensor_id, ...rest } = query;
  if (sensor_id === undefined) return rest as ExportQuery;
  const sensors = [sensor_id].flat().flatMap((text) => String(text).split(','));
  return { ...rest, sensors } as ExportQuery;
}

export function exportRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/export',
    {
      exposeHeadRoute: false,
      config: { scope: 'read' },
      schema: {
        tags: ['Readings'],
        summary: 'Export readings',
        description:
          'As a file: CSV, JSON or Parquet, by sensor, metric and time. It is sent as fast as it is read; a file that ends early was broken off by an error.',
        produces: ['text/csv', 'application/json', 'application/vnd.apache.parquet'],
        querystring: ExportUrlQuery,
        response: { 200: Type.String({ description: 'The file' }) },
      },
    },
    async (request, reply) => {
      const input = exportInput(request.query as Record<string, unknown>);
      const file = await exportReadings({ ctx: ctxOf(request), input });
      // The answer is a stream, which its documented schema (a text) cannot say.
      return reply
        .header('content-type', file.contentType)
        .header('content-disposition', `attachment; filename="${file.fileName}"`)
        .send(Readable.from(file.bytes, { objectMode: false }) as never);
    },
  );
}
