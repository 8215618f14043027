import { type Static, Type } from 'typebox';
import { DateTime, pageOf } from './page.ts';
import { ThingId } from './rule.ts';
import { SensorId } from './sensor.ts';

// Tested by: operations/place/place.test.ts

const strict = { additionalProperties: false } as const;
const MOST_SENSORS = 500;
/** Pictures of at most so many bytes are taken. */
export const LARGEST_PICTURE = 5 * 1024 * 1024;
export const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const PlacedSensor = Type.Object(
  {
    sensor_id: SensorId,
    x: Share('From the left edge of the picture (0) to the right (1)'),
    y: Share('From the top edge of the picture (0) to the bottom (1)'),
  },
  strict,
);
export type PlacedSensor = Static<typeof PlacedSensor>;

const name = Type.String({ minLength: 1, maxLength: 200 });
const sensors = Type.Array(PlacedSensor, { maxItems: MOST_SENSORS });

export const PlaceInput = Type.Object(
  { id: Type.Optional(ThingId), name, sensors: Type.Optional(sensors) },
  { ...strict, title: 'PlaceInput' },
);
export type PlaceInput = Static<typeof PlaceInput>;

export const PlacePicture = Type.Object({
  content_type: Type.Enum(PICTURE_TYPES),
  bytes: Type.Integer(),
  etag: Type.String({ description: 'Another one for another picture' }),
});
export type PlacePicture = Static<typeof PlacePicture>;

/** A floor plan or photo with sensors on it. */
export const Place = Type.Object(
  {
    id: ThingId,
    name,
    sensors,
    picture: Type.Union([PlacePicture, Type.Null()], {
      description: 'Null until one is put to /v1/places/{id}/picture',
    }),
    created_at: DateTime,
    updated_at: DateTime,
  },
  { title: 'Place' },
);
export type Place = Static<typeof Place>;

export const PlacePage = pageOf(Place, 'PlacePage');
