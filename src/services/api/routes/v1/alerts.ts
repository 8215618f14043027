import { Alert } from '#domain/alert.ts';
import {
  AcknowledgeInput,
  AlertPage,
  AssignInput,
  CommentInput,
  GetAlertQuery,
  ListAlertsQuery,
  ResetInput,
  ShelveInput,
  UnshelveInput,
} from '#domain/questions.ts';
import { acknowledgeAlert } from '#operations/alert/acknowledge.ts';
import { assignAlert } from '#operations/alert/assign.ts';
import { commentAlert } from '#operations/alert/comment.ts';
import { getAlert } from '#operations/alert/get.ts';
import { listAlerts } from '#operations/alert/list.ts';
import { resetAlert } from '#operations/alert/reset.ts';
import { shelveAlert } from '#operations/alert/shelve.ts';
import { unshelveAlert } from '#operations/alert/unshelve.ts';
import { GivenIdParams } from '../../answers.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';

// Tested by: ../../api.test.ts

const tags = ['Alerts'];

export function alertRoutes(app: ApiInstance, { ctxOf }: RouteContext): void {
  app.get(
    '/v1/alerts',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List alerts',
        description: 'Newest first. `from` (inclusive) and `to` (exclusive) bound `started_at`.',
        querystring: ListAlertsQuery,
        response: { 200: AlertPage },
      },
    },
    (request) => listAlerts({ ctx: ctxOf(request), input: request.query }),
  );
  app.get(
    '/v1/alerts/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Read an alert',
        description: '`history=true` adds every change, with who and when.',
        params: GivenIdParams,
        querystring: GetAlertQuery,
        response: { 200: Alert },
      },
    },
    (request) => getAlert({ ctx: ctxOf(request), input: { ...request.query, ...request.params } }),
  );
  app.post(
    '/v1/alerts/:id/acknowledge',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Acknowledge an alert',
        description: 'Repeats end here. 409 where it is acknowledged already.',
        params: GivenIdParams,
        body: AcknowledgeInput,
        response: { 200: Alert },
      },
    },
    (request) =>
      acknowledgeAlert({
        ctx: ctxOf(request),
        input: { id: request.params.id, body: request.body ?? {} },
      }),
  );
  app.post(
    '/v1/alerts/:id/comment',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Comment on an alert',
        params: GivenIdParams,
        body: CommentInput,
        response: { 200: Alert },
      },
    },
    (request) =>
      commentAlert({ ctx: ctxOf(request), input: { id: request.params.id, body: request.body } }),
  );
  app.post(
    '/v1/alerts/:id/assign',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Assign an alert',
        params: GivenIdParams,
        body: AssignInput,
        response: { 200: Alert },
      },
    },
    (request) =>
      assignAlert({ ctx: ctxOf(request), input: { id: request.params.id, body: request.body } }),
  );
  app.post(
    '/v1/alerts/:id/shelve',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Shelve an alert',
        description:
          'Nobody is told of it, nor of later ones of the same rule and sensor, for a time of at most 7 days, or with `one_shot` until it clears. It comes back by itself, and is told then if it still stands.',
        params: GivenIdParams,
        body: ShelveInput,
        response: { 200: Alert },
      },
    },
    (request) =>
      shelveAlert({ ctx: ctxOf(request), input: { id: request.params.id, body: request.body } }),
  );
  app.post(
    '/v1/alerts/:id/unshelve',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Bring a shelved alert back',
        description: 'It is told now if it still stands. 409 where it is not shelved.',
        params: GivenIdParams,
        body: UnshelveInput,
        response: { 200: Alert },
      },
    },
    (request) =>
      unshelveAlert({
        ctx: ctxOf(request),
        input: { id: request.params.id, body: request.body ?? {} },
      }),
  );
  app.post(
    '/v1/alerts/:id/reset',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Reset a latched alert',
        description: 'Ends it once its condition no longer holds; 409 before.',
        params: GivenIdParams,
        body: ResetInput,
        response: { 200: Alert },
      },
    },
    (request) =>
      resetAlert({
        ctx: ctxOf(request),
        input: { id: request.params.id, body: request.body ?? {} },
      }),
  );
}
