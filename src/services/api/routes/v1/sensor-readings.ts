import {
  HistoryAnswer,
  HistoryQuery,
  LateAnswer,
  LateQuery,
  LatestAnswer,
} from '#domain/history.ts';
import { lateReadings } from '#operations/reading/late.ts';
import { latestReadings } from '#operations/reading/latest.ts';
import { queryReadings } from '#operations/reading/query.ts';
import { SensorParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

const tags = ['Sensors'];

export function sensorReadingRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/sensors/:id/readings',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read the history of one metric',
        description:
          'Raw samples; with `interval` (such as `5m`) or `points` buckets of minimum, mean, maximum and count. `from` is inclusive, `to` exclusive; the last 24 hours unless given. With `order=desc` the newest come first; a cursor goes on in its own order.',
        params: SensorParams,
        querystring: HistoryQuery,
        response: { 200: HistoryAnswer },
      },
    },
    (request) =>
      queryReadings({
        ctx: ctxOf(request),
        input: { id: request.params.id, query: request.query },
      }),
  );
  app.get(
    '/v1/sensors/:id/late',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read when samples of one metric came late',
        description:
          'The stretches of time whose samples came longer after their time than `VIGIE_LATE_AFTER` (10 minutes unless set), each with how many and the longest delay. `from` is inclusive, `to` exclusive; the last 24 hours unless given.',
        params: SensorParams,
        querystring: LateQuery,
        response: { 200: LateAnswer },
      },
    },
    (request) =>
      lateReadings({ ctx: ctxOf(request), input: { id: request.params.id, query: request.query } }),
  );
  app.get(
    '/v1/sensors/:id/latest',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read the newest value of each metric',
        params: SensorParams,
        response: { 200: LatestAnswer },
      },
    },
    (request) => latestReadings({ ctx: ctxOf(request), input: request.params }),
  );
}
