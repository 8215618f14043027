import { type Place, PlaceInput, type PlacePicture } from '#domain/place.ts';
import { inputCheck, refuse } from '../check-input.ts';
import type { DocumentFacts } from '../documents.ts';

// Tested by: place.test.ts

const check = inputCheck(PlaceInput, { ignore: ['created_at', 'updated_at', 'picture'] });

/** A place on which no sensor is twice. Throws `invalid_request` with every problem. */
export function readPlaceInput(input: unknown): PlaceInput {
  const place = check(input);
  const seen = new Set<string>();
  const problems = (place.sensors ?? []).flatMap(({ sensor_id }, index) => {
    const isTwice = seen.has(sensor_id);
    seen.add(sensor_id);
    return isTwice
      ? [{ pointer: `/sensors/${index}/sensor_id`, detail: 'is on the place already' }]
      : [];
  });
  if (problems.length > 0) throw refuse(problems);
  return place;
}

export function makePlace(
  { name, sensors = [] }: PlaceInput,
  { id, created_at, updated_at }: DocumentFacts,
  picture: PlacePicture | null,
): Place {
  return { id, name, sensors, picture, created_at, updated_at };
}
