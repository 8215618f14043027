import type { ApiInstance, RouteContext } from './api-instance.ts';
import { callerOfRequest } from './api-instance.ts';
import type { ApiOptions } from './api-options.ts';
import { createIdentify } from './authenticate.ts';
import { checkingSerializer, convertingValidator, plainSerializer } from './conversion.ts';
import { LiveHub } from './events/live-hub.ts';
import { readJsonBodies } from './json-body.ts';
import { createDocument, type OpenApiDocument, registerOpenApi } from './openapi/document.ts';
import { acknowledgeRoutes } from './routes/acknowledge.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { alarmQualityRoutes } from './routes/v1/alarm-quality.ts';
import { alertRoutes } from './routes/v1/alerts.ts';
import { apiKeyRoutes } from './routes/v1/api-keys.ts';
import { auditRoutes } from './routes/v1/audit.ts';
import { backupRoutes } from './routes/v1/backup.ts';
import { channelRoutes } from './routes/v1/channels.ts';
import { contactRoutes } from './routes/v1/contacts.ts';
import { deadLetterRoutes } from './routes/v1/dead-letters.ts';
import { deliveryRoutes } from './routes/v1/deliveries.ts';
import { eventRoutes } from './routes/v1/events.ts';
import { exportRoutes } from './routes/v1/export.ts';
import { ingestDoors } from './routes/v1/ingest-doors.ts';
import { maintenanceWindowRoutes } from './routes/v1/maintenance-windows.ts';
import { onCallRoutes } from './routes/v1/on-call.ts';
import { overviewRoutes } from './routes/v1/overview.ts';
import { placeRoutes } from './routes/v1/places.ts';
import { policyRoutes } from './routes/v1/policies.ts';
import { pushRoutes } from './routes/v1/push.ts';
import { ruleRoutes } from './routes/v1/rules.ts';
import { sensorReadingRoutes } from './routes/v1/sensor-readings.ts';
import { sensorRoutes } from './routes/v1/sensors.ts';
import { sessionRoutes } from './routes/v1/session.ts';
import { settingsRoutes } from './routes/v1/settings.ts';
import { simulationRoutes } from './routes/v1/simulation.ts';
import { statusRoutes } from './routes/v1/status.ts';
import { templateRoutes } from './routes/v1/templates.ts';
import { PLAIN_HEADERS } from './security-headers.ts';
import { answerUnknownRoutes, type LastAnswer } from './unknown-routes.ts';

export interface Api {
  /** The OpenAPI document of everything served. */
  document(): OpenApiDocument;
}

/**
 * Puts every question and answer on the HTTP server: routes, live events, documentation, dashboard. Must be
 * awaited before the server starts; what it holds ends with the server.
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { http, services, metrics } = options;
  const app = http.fastify as unknown as ApiInstance;
  const identify = createIdentify(options);
  const context: RouteContext = {
    ...options,
    identify,
    ctxOf: (request) => ({ ...services, caller: callerOfRequest(request) }),
  };

  app.setValidatorCompiler(convertingValidator);
  app.setSerializerCompiler(options.checkAnswers ? checkingSerializer : plainSerializer);
  app.decorateRequest('caller', null);
  app.decorateRequest('callerExpiresMs', undefined);
  readJsonBodies(http.fastify);
  let page: LastAnswer = () => false;
  answerUnknownRoutes(http.fastify, (request, reply) => page(request, reply));
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(PLAIN_HEADERS).header('x-request-id', request.id);
    if (request.is404 || request.routeOptions.config.isOpen) return;
    await identify(request);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpRequests.add({ method: request.method, route, status: String(reply.statusCode) });
  });

  await registerOpenApi(app, options.version);
  const document = createDocument(app);
  ingestDoors(app);
  healthRoutes(app, context);
  metricsRoutes(app, context);
  if (options.serves === 'operations') return { document };
  const hub = new LiveHub({ bus: services.bus });
  app.addHook('onReady', async () => hub.start());
  app.addHook('preClose', async () => hub.close());
  sensorRoutes(app, context);
  sensorReadingRoutes(app, context);
  ruleRoutes(app, context);
  alertRoutes(app, context);
  alarmQualityRoutes(app, context);
  channelRoutes(app, context);
  contactRoutes(app, context);
  policyRoutes(app, context);
  pushRoutes(app, context);
  templateRoutes(app, context);
  onCallRoutes(app, context);
  maintenanceWindowRoutes(app, context);
  placeRoutes(app, context);
  deliveryRoutes(app, context);
  deadLetterRoutes(app, context);
  exportRoutes(app, context);
  backupRoutes(app, context);
  eventRoutes(app, { ...context, hub });
  apiKeyRoutes(app, context);
  sessionRoutes(app, context);
  overviewRoutes(app, context);
  auditRoutes(app, context);
  settingsRoutes(app, context);
  statusRoutes(app, context);
  simulationRoutes(app, context);
  documentationRoutes(app, document);
  acknowledgeRoutes(app, context);
  page = await dashboardRoutes(app);
  return { document };
}
