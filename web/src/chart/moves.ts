import type uPlot from 'uplot';
import type { ChartRange } from './history-chart.tsx';

/** After the last move: the hand rests, the range is told. */
const REST_MS = 200;
const STEP = 0.2;
const ZOOM = 1.5;
/** Closer than this there is nothing to see. */
const SHORTEST_S = 1;

interface MoveHost {
  dragMode: 'zoom' | 'pan';
  onRange(range: ChartRange): void;
}

export interface Moves {
  /** Where the reader has moved the picture, until it is told. */
  untold(): ChartRange | undefined;
  end(): void;
}

/** Pan and zoom by mouse, finger, wheel and keys. The picture follows in the next frame; the range is told when it rests. */
export function movesOf(chart: uPlot, node: HTMLElement, host: () => MoveHost): Moves {
  let rest: ReturnType<typeof setTimeout> | undefined;
  let drag: { x: number; width: number; min: number; max: number } | undefined;
  let moved: { min: number; max: number } | undefined;
  let isScheduled = false;

  function bounds(): { min: number; max: number } {
    const { min = 0, max = 1 } = moved ?? chart.scales.x ?? {};
    return { min: min ?? 0, max: max ?? 1 };
  }
  function draw(): void {
    isScheduled = false;
    if (moved !== undefined) chart.setScale('x', moved);
  }
  function show(min: number, max: number): void {
    if (max - min < SHORTEST_S) return;
    // Fingers, keys and wheels may tell more often than a screen can show.
    if (!isScheduled) requestAnimationFrame(draw);
    isScheduled = true;
    moved = { min, max };
    clearTimeout(rest);
    // As far as a hand can drag there are samples already: they are asked for once it lets go.
    if (drag === undefined) rest = setTimeout(tell, REST_MS);
  }
  function tell(): void {
    if (moved === undefined) return;
    const { min, max } = moved;
    moved = undefined;
    host().onRange({ fromMs: min * 1000, toMs: max * 1000 });
  }
  function zoom(factor: number, at = 0.5): void {
    const { min, max } = bounds();
    const center = min + (max - min) * at;
    show(center - (center - min) / factor, center + (max - center) / factor);
  }
  function pan(share: number): void {
    const { min, max } = bounds();
    show(min + (max - min) * share, max + (max - min) * share);
  }
  function onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, width } = chart.over.getBoundingClientRect();
    zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM, (event.clientX - left) / width);
  }
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowLeft') pan(-STEP);
    else if (event.key === 'ArrowRight') pan(STEP);
    else if (event.key === '+' || event.key === '=') zoom(ZOOM);
    else if (event.key === '-') zoom(1 / ZOOM);
    else return;
    event.preventDefault();
  }
  function onDown(event: PointerEvent): void {
    const isPan = host().dragMode === 'pan' || event.shiftKey || event.pointerType === 'touch';
    if (!isPan || event.button !== 0) return;
    // uPlot's own drag, which chooses a range, does not begin.
    event.stopPropagation();
    event.preventDefault();
    drag = { x: event.clientX, width: chart.over.clientWidth, ...bounds() };
    // What is under the hand moves with it: the cross and its values would be written anew in each frame for nothing.
    chart.setCursor({ left: -10, top: -10 });
    chart.over.setPointerCapture(event.pointerId);
  }
  function onMouse(event: MouseEvent): void {
    if (drag !== undefined) event.stopImmediatePropagation();
  }
  function onMove(event: PointerEvent): void {
    if (drag === undefined) return;
    const shift = ((drag.x - event.clientX) / drag.width) * (drag.max - drag.min);
    show(drag.min + shift, drag.max + shift);
  }
  function onUp(): void {
    if (drag === undefined) return;
    drag = undefined;
    rest = setTimeout(tell, REST_MS);
  }
  function onSelect(): void {
    const { left, width } = chart.select;
    if (width < 4) return;
    const [min, max] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    show(min, max);
  }
  const { over } = chart;
  chart.hooks.setSelect = [...(chart.hooks.setSelect ?? []), onSelect];
  over.addEventListener('pointerdown', onDown, { capture: true });
  over.addEventListener('mousedown', onMouse, { capture: true });
  over.addEventListener('mousemove', onMouse, { capture: true });
  over.addEventListener('pointermove', onMove);
  over.addEventListener('pointerup', onUp);
  over.addEventListener('pointercancel', onUp);
  over.addEventListener('wheel', onWheel, { passive: false });
  node.addEventListener('keydown', onKey);
  return {
    untold: () => moved && { fromMs: moved.min * 1000, toMs: moved.max * 1000 },
    end() {
      clearTimeout(rest);
      moved = undefined;
      node.removeEventListener('keydown', onKey);
    },
  };
}
