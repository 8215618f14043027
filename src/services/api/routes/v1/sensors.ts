import { Type } from 'typebox';
import { OutOfServiceInput } from '#domain/questions.ts';
import { ListSensorsQuery, Sensor, SensorInput, SensorPage, SensorPatch } from '#domain/sensor.ts';
import { createSensor } from '#operations/sensor/create.ts';
import { deleteSensor } from '#operations/sensor/delete.ts';
import { getSensor } from '#operations/sensor/get.ts';
import { listSensors } from '#operations/sensor/list.ts';
import { returnToService, takeOutOfService } from '#operations/sensor/out-of-service.ts';
import { patchSensor } from '#operations/sensor/patch.ts';
import { putSensor } from '#operations/sensor/put.ts';
import { Nothing, SensorParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

// Tested by: ../../api.test.ts

const { labels: _labels, ids: _ids, ...plainQuery } = ListSensorsQuery.properties;
/** Labels come as `label.site=lyon`, under names that no schema can list. */
const SensorsUrlQuery = Type.Object({
  ...plainQuery,
  ids: Type.Optional(
    Type.String({
      description:
        'These sensors alone, by commas, 1000 at most; those that are not there are left out. Without `limit` they come on one page',
    }),
  ),
});
const tags = ['Sensors'];

function listInput(query: Record<string, unknown>): ListSensorsQuery {
  const labels: Record<string, string> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (name === 'ids') rest[name] = String(value).split(',');
    else if (name.startsWith('label.')) labels[name.slice('label.'.length)] = value as string;
    else rest[name] = value;
  }
  return (Object.keys(labels).length > 0 ? { ...rest, labels } : rest) as ListSensorsQuery;
}

export function sensorRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/sensors',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List sensors',
        description:
          'By id. A parameter `label.<name>=<value>` keeps the sensors that carry this label; it can be given several times.',
        querystring: SensorsUrlQuery,
        response: { 200: SensorPage },
      },
    },
    (request) =>
      listSensors({
        ctx: ctxOf(request),
        input: listInput(request.query as Record<string, unknown>),
      }),
  );
  app.post(
    '/v1/sensors',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Register a sensor',
        description:
          '409 where the id is taken. Sensors also register themselves with their first reading.',
        body: SensorInput,
        response: { 201: Sensor },
      },
    },
    async (request, reply) => {
      const sensor = await createSensor({ ctx: ctxOf(request), input: request.body });
      return reply
        .code(201)
        .header('location', `/v1/sensors/${encodeURIComponent(sensor.id)}`)
        .send(sensor);
    },
  );
  app.get(
    '/v1/sensors/:id',
    {
      config: { scope: 'read' },
      schema: { tags, summary: 'Read a sensor', params: SensorParams, response: { 200: Sensor } },
    },
    (request) => getSensor({ ctx: ctxOf(request), input: request.params }),
  );
  app.put(
    '/v1/sensors/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Create or replace a sensor',
        params: SensorParams,
        body: SensorInput,
        response: { 200: Sensor, 201: Sensor },
      },
    },
    async (request, reply) => {
      const input = { id: request.params.id, body: request.body };
      const { created, item } = await putSensor({ ctx: ctxOf(request), input });
      return reply.code(created ? 201 : 200).send(item);
    },
  );
  app.patch(
    '/v1/sensors/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Change fields of a sensor',
        description:
          'What is absent stays; null empties; a label that is null is removed (RFC 7396).',
        params: SensorParams,
        body: SensorPatch,
        response: { 200: Sensor },
      },
    },
    (request) =>
      patchSensor({ ctx: ctxOf(request), input: { id: request.params.id, body: request.body } }),
  );
  app.delete(
    '/v1/sensors/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Remove a sensor',
        params: SensorParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await deleteSensor({ ctx: ctxOf(request), input: request.params });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/sensors/:id/out-of-service',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Take a sensor out of service',
        description: 'It is measured and shown as ever; nobody is told of its alerts.',
        params: SensorParams,
        body: OutOfServiceInput,
        response: { 200: Sensor },
      },
    },
    (request) =>
      takeOutOfService({
        ctx: ctxOf(request),
        input: { id: request.params.id, body: request.body },
      }),
  );
  app.delete(
    '/v1/sensors/:id/out-of-service',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Bring a sensor back into service',
        description: 'Those of its alerts that still stand are told now.',
        params: SensorParams,
        response: { 200: Sensor },
      },
    },
    (request) => returnToService({ ctx: ctxOf(request), input: request.params }),
  );
}
