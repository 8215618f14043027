import { Type } from 'typebox';
import { ThingId } from '#domain/rule.ts';
import { inputCheck, refuse } from './check-input.ts';

const check = inputCheck(Type.Object({ id: ThingId }));

/** The id that a rule, contact or policy is put under. Throws `invalid_request`. */
export function checkThingId(id: string): void {
  check({ id });
}

/** A body may repeat the id that it is put under, and may not contradict it. */
export function checkSameId(id: string, bodyId: string | undefined): void {
  if (bodyId !== undefined && bodyId !== id) {
    throw refuse([{ pointer: '/id', detail: `must be ${id}, the id that it is put under` }]);
  }
}
