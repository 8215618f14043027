import { expect, test } from 'vitest';
import { LARGEST_PICTURE } from '#domain/place.ts';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { createPlace } from './create.ts';
import { deletePlace } from './delete.ts';
import { getPlace } from './get.ts';
import { getPicture } from './get-picture.ts';
import { listPlaces } from './list.ts';
import { putPlace } from './put.ts';
import { putPicture } from './put-picture.ts';

const kitchen = {
  id: 'kitchen',
  name: 'Kitchen',
  sensors: [{ sensor_id: 'freezer-1', x: 0.25, y: 1 }],
};
const input = { id: 'kitchen' };
const signed = (hex: string, length = 64) =>
  Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(length)]);
const PNG = signed('89504e470d0a1a0a');
const JPEG = signed('ffd8ffe0');
const WEBP = Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1');

test('a place keeps its picture when it is replaced, and takes it along when it is removed', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  expect(await createPlace({ ctx, input: kitchen })).toMatchObject({ ...kitchen, picture: null });
  const withPicture = await putPicture({ ctx, input: { ...input, file: PNG } });
  expect(withPicture.picture).toMatchObject({ content_type: 'image/png', bytes: PNG.length });
  const body = { ...withPicture, sensors: [] };
  const { created, item } = await putPlace({ ctx, input: { ...input, body } });
  expect([created, item.picture, item.sensors]).toEqual([false, withPicture.picture, []]);
  expect(await getPlace({ ctx, input })).toEqual(item);
  expect((await getPicture({ ctx, input })).file.equals(PNG)).toBe(true);
  const other = await putPicture({ ctx, input: { ...input, file: WEBP } });
  expect(other.picture?.content_type).toBe('image/webp');
  expect(other.picture?.etag).not.toBe(withPicture.picture?.etag);
  await deletePlace({ ctx, input });
  expect(await codeOf(getPicture({ ctx, input }))).toBe('not_found');
  await createPlace({ ctx, input: kitchen });
  expect(await codeOf(getPicture({ ctx, input }))).toBe('not_found');
  expect(await auditedActions(state)).toEqual([
    'place.create place/kitchen',
    'place.put-picture place/kitchen',
    'place.put place/kitchen',
    'place.put-picture place/kitchen',
    'place.delete place/kitchen',
    'place.create place/kitchen',
  ]);
});

test('a picture is told by its first bytes; what a browser would run is refused', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  await createPlace({ ctx, input: kitchen });
  const put = (file: unknown) => putPicture({ ctx, input: { ...input, file } });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>');
  for (const file of [svg, Buffer.from('<!doctype html>'), Buffer.alloc(0), undefined, {}]) {
    expect(await codeOf(put(file))).toBe('unsupported_media_type');
  }
  expect(await codeOf(put(signed('ffd8ff', LARGEST_PICTURE)))).toBe('body_too_large');
  expect((await put(signed('ffd8ff', LARGEST_PICTURE - 3))).picture?.bytes).toBe(LARGEST_PICTURE);
  expect(await codeOf(putPicture({ ctx, input: { id: 'nowhere', file: JPEG } }))).toBe('not_found');
});

test('what cannot be a place is refused, and each customer sees its own', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const at = (x: unknown, y: unknown = 0) => ({ sensors: [{ sensor_id: 'a', x, y }] });
  const twice = { sensors: [...at(0).sensors, ...at(1).sensors] };
  for (const wrong of [{ name: '' }, at(-0.1), at(1.1), at('0'), { colour: 'red' }, twice]) {
    const place = { ...kitchen, ...wrong };
    expect(await codeOf(createPlace({ ctx, input: place }))).toBe('invalid_request');
  }
  await createPlace({ ctx, input: kitchen });
  expect(await codeOf(createPlace({ ctx, input: kitchen }))).toBe('conflict');
  await putPicture({ ctx, input: { ...input, file: JPEG } });
  const foreign = as('foreign');
  expect((await listPlaces({ ctx: foreign, input: {} })).items).toEqual([]);
  expect(await codeOf(getPicture({ ctx: foreign, input }))).toBe('not_found');
  expect(await codeOf(putPicture({ ctx: foreign, input: { ...input, file: PNG } }))).toBe(
    'not_found',
  );
  const reader = as('main', ['read']);
  expect((await listPlaces({ ctx: reader, input: {} })).items).toHaveLength(1);
  const file = { ...input, file: PNG };
  expect(await codeOf(putPicture({ ctx: reader, input: file }))).toBe('forbidden');
  expect(await codeOf(deletePlace({ ctx: reader, input }))).toBe('forbidden');
});
