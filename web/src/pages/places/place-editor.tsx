import { Undo2 } from 'lucide-react';
import { type ChangeEvent, type MouseEvent, useId, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Place, PlacedSensor } from '#domain/place.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type Draft, putSensor } from './draft.ts';
import { EditMarker } from './edit-marker.tsx';
import { PlacePicture } from './place-picture.tsx';
import styles from './places.module.css';
import { SensorChoice } from './sensor-choice.tsx';
import { usePlaces } from './use-places.ts';

const MIDDLE = { x: 0.5, y: 0.5 };

interface PlaceEditorProps {
  /** As it is now, whoever changes it. */
  place: Place;
  close(): void;
}

/** Puts sensors on the picture, by mouse, finger or keyboard; nothing is kept before Save. */
export function PlaceEditor({ place, close }: PlaceEditorProps) {
  const t = useTranslations('places');
  const words = useTranslations('words');
  const { failed } = useNotices();
  const { save, remove } = usePlaces();
  const frame = useRef<HTMLDivElement>(null);
  /** What the changes are made to: nothing newer is overwritten unseen. */
  const [base, setBase] = useState(place);
  const { sensors, canUndo, undo, put, take, start, said } = useDraft(place);
  const [name, setName] = useState(place.name);
  const [chosen, choose] = useState('');
  const [focused, focus] = useState('');

  function add(at: { x: number; y: number }): void {
    put({ sensor_id: chosen, ...at });
    focus(chosen);
    choose('');
  }
  function addAtClick({ clientX, clientY, detail, currentTarget }: MouseEvent): void {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    // A press of Enter or Space is a click without a place.
    if (detail === 0) add(MIDDLE);
    else add({ x: (clientX - left) / width, y: (clientY - top) / height });
  }
  function showTheirs(): void {
    setBase(place);
    setName(place.name);
    start(place.sensors);
  }
  async function keep(): Promise<void> {
    try {
      await save(base, { name: name.trim(), sensors });
      close();
    } catch (problem) {
      failed(problem);
    }
  }
  const ground = chosen !== '' && (
    <button
      type="button"
      className={styles.ground}
      aria-label={t('putAt', { sensor: chosen })}
      onClick={addAtClick}
    />
  );
  return (
    <>
      <p className="muted">{t('how')}</p>
      <div className={styles.tools}>
        <SensorChoice chosen={chosen} choose={choose} put={() => add(MIDDLE)} />
        <TextField label={t('name')} value={name} onChange={setName} maxLength={200} />
        <PictureChoice place={base} taken={setBase} />
        <Button disabled={!canUndo} onClick={undo}>
          <Undo2 size={16} aria-hidden /> {t('undoStep')}
        </Button>
        <Button kind="primary" onClick={() => void keep()}>
          {t('save')}
        </Button>
        <Button onClick={close}>{words('cancel')}</Button>
        <Button kind="danger" onClick={() => void remove(place)}>
          {t('remove')}
        </Button>
      </div>
      <div role="alert">
        {place.updated_at > base.updated_at && (
          <p className={styles.behind}>
            {t('behind')} <Button onClick={showTheirs}>{t('showTheirs')}</Button>{' '}
            <Button onClick={() => setBase(place)}>{t('keepMine')}</Button>
          </p>
        )}
      </div>
      <p role="status" className="visually-hidden">
        {said}
      </p>
      <PlacePicture place={place} ground={ground} frame={frame}>
        {sensors.map((placed) => (
          <EditMarker
            key={placed.sensor_id}
            placed={placed}
            isNew={placed.sensor_id === focused}
            frame={frame}
            move={put}
            take={() => take(placed.sensor_id)}
          />
        ))}
      </PlacePicture>
    </>
  );
}

/** The sensors as they are being put, each change a step that can be taken back, and said to screen readers. */
function useDraft(place: Place) {
  const t = useTranslations('places');
  const formats = useFormats();
  const [steps, setSteps] = useState<Draft>([place.sensors]);
  const [said, say] = useState('');
  const sensors = steps.at(-1) ?? place.sensors;
  const change = (next: readonly PlacedSensor[]) => setSteps([...steps, next]);
  return {
    sensors,
    said,
    canUndo: steps.length > 1,
    undo: () => setSteps(steps.slice(0, -1)),
    start: (from: readonly PlacedSensor[]) => setSteps([from]),
    put(placed: PlacedSensor): void {
      change(putSensor(sensors, placed));
      const { sensor_id: sensor, x, y } = placed;
      say(t('markerOf', { sensor, x: formats.share(x), y: formats.share(y) }));
    },
    take(id: string): void {
      change(sensors.filter(({ sensor_id }) => sensor_id !== id));
      say(t('taken', { sensor: id }));
    },
  };
}

function PictureChoice({ place, taken }: { place: Place; taken(saved: Place): void }) {
  const t = useTranslations('places');
  const id = useId();
  const { replacePicture } = usePlaces();
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    if (file !== undefined) {
      void replacePicture(place, file).then((saved) => saved !== undefined && taken(saved));
    }
    // The same file, corrected, can be chosen again.
    target.value = '';
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t('replacePicture')}</label>
      <input id={id} type="file" accept="image/png,image/jpeg,image/webp" onChange={onChange} />
    </div>
  );
}
