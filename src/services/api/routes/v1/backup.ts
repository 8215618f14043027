import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { createBackup } from '#operations/backup/create.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

export function backupRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/backup',
    {
      exposeHeadRoute: false,
      config: { scope: 'admin' },
      schema: {
        tags: ['Operations'],
        summary: 'Back up the whole platform',
        description:
          'As a tar archive, made while the platform runs; `vigie restore` puts it back. It holds secrets. A file without `checksums.json` at its end was broken off by an error.',
        produces: ['application/x-tar'],
        response: { 200: Type.String({ description: 'The archive' }) },
      },
    },
    async (request, reply) => {
      const file = await createBackup({ ctx: ctxOf(request) });
      // The answer is a stream, which its documented schema (a text) cannot say.
      return reply
        .header('content-type', file.contentType)
        .header('content-disposition', `attachment; filename="${file.fileName}"`)
        .send(Readable.from(file.bytes, { objectMode: false }) as never);
    },
  );
}
