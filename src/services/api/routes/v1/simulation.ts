import { Simulation, SimulationInput } from '#domain/simulation.ts';
import { getSimulation } from '#operations/simulation/get.ts';
import { startSimulation } from '#operations/simulation/start.ts';
import { stopSimulation } from '#operations/simulation/stop.ts';
import { Nothing } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

// Tested by: services/simulation/simulation.test.ts

const tags = ['Operations'];

export function simulationRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/simulation',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read whether a simulated fleet sends',
        description:
          'As far as this process knows: a simulation is in the process that was asked to start it.',
        response: { 200: Simulation },
      },
    },
    (request) => getSimulation({ ctx: ctxOf(request) }),
  );
  app.post(
    '/v1/simulation',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Start a simulated fleet',
        description:
          'Freezers, fridges and rooms send temperature and humidity every two seconds by the platform’s own door. Every 90 s one of them leaves its usual range for a minute (freezers above -10, fridges above 8, rooms above 25 °C), so that a rule can fire. The sensors `simulated-01` … carry the label `simulated=true`. It ends by itself, and with the process. 409 while one runs; 501 where the process has no gateway.',
        body: SimulationInput,
        response: { 201: Simulation },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await startSimulation({ ctx: ctxOf(request), input: request.body })),
  );
  app.delete(
    '/v1/simulation',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Stop the simulated fleet',
        description:
          'Its sensors stay, out of service, so that their silence wakes nobody. To remove them: `DELETE /v1/sensors/{id}` for each of `GET /v1/sensors?label.simulated=true`.',
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await stopSimulation({ ctx: ctxOf(request) });
      return reply.code(204).send(null);
    },
  );
}
