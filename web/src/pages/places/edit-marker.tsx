import { X } from 'lucide-react';
import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslations } from 'use-intl';
import type { PlacedSensor } from '#domain/place.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { movedByKey } from './draft.ts';
import { MarkerFrame } from './marker-frame.tsx';
import styles from './places.module.css';

interface EditMarkerProps {
  placed: PlacedSensor;
  /** Just put: it has the focus, so that the arrow keys go on with it. */
  isNew: boolean;
  frame: RefObject<HTMLDivElement | null>;
  move(to: PlacedSensor): void;
  take(): void;
}

/** A sensor that can be moved: by dragging, or by the arrow keys while it has the focus; Delete takes it off. */
export function EditMarker({ placed, isNew, frame, move, take }: EditMarkerProps) {
  const t = useTranslations('places');
  const formats = useFormats();
  const button = useRef<HTMLButtonElement>(null);
  const { dragged, ...dragging } = useDrag(placed, frame, move);
  const { sensor_id: sensor, x, y } = dragged ?? placed;
  useEffect(() => {
    if (isNew) button.current?.focus();
  }, [isNew]);
  function takeOff({ currentTarget }: { currentTarget: Element }): void {
    focusOther(currentTarget.closest('li'));
    take();
  }
  function onKeyDown(event: KeyboardEvent): void {
    const moved = movedByKey(placed, event);
    const takes = event.key === 'Delete' || event.key === 'Backspace';
    if (moved === undefined && !takes) return;
    event.preventDefault();
    if (moved !== undefined) move(moved);
    else takeOff(event);
  }
  return (
    <MarkerFrame placed={dragged ?? placed}>
      <div className={styles.grip}>
        <button
          ref={button}
          type="button"
          className={styles.handle}
          aria-label={t('markerOf', { sensor, x: formats.share(x), y: formats.share(y) })}
          onKeyDown={onKeyDown}
          {...dragging}
        >
          {sensor}
        </button>
        <Button
          kind="plain"
          className={styles.takeOff}
          aria-label={t('takeOff', { sensor })}
          onClick={takeOff}
        >
          <X size={14} aria-hidden />
        </Button>
      </div>
    </MarkerFrame>
  );
}

/** The next marker, or the one before, or the page: the focus must not be lost with what is taken off. */
function focusOther(item: Element | null): void {
  const other = item?.nextElementSibling ?? item?.previousElementSibling;
  (other?.querySelector('button') ?? document.getElementById('content'))?.focus();
}

/** Follows the pointer from where the marker was taken hold of; one change at the end of it. */
function useDrag(
  placed: PlacedSensor,
  frame: RefObject<HTMLDivElement | null>,
  move: (to: PlacedSensor) => void,
) {
  const start = useRef<{ clientX: number; clientY: number }>(undefined);
  const [dragged, drag] = useState<PlacedSensor>();
  const end = () => {
    start.current = undefined;
    drag(undefined);
  };
  return {
    dragged,
    onPointerDown({ clientX, clientY, pointerId, currentTarget }: PointerEvent<HTMLElement>) {
      currentTarget.setPointerCapture(pointerId);
      start.current = { clientX, clientY };
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const box = frame.current?.getBoundingClientRect();
      if (start.current === undefined || box === undefined) return;
      const within = (value: number) => Math.min(1, Math.max(0, value));
      drag({
        ...placed,
        x: within(placed.x + (clientX - start.current.clientX) / box.width),
        y: within(placed.y + (clientY - start.current.clientY) / box.height),
      });
    },
    onPointerUp() {
      if (dragged !== undefined) move(dragged);
      end();
    },
    onPointerCancel: end,
  };
}
