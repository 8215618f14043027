import type { SimulatedSensor } from '#operations/simulation/simulator-port.ts';

const DAY_S = 86_400;
/** A compressor goes on and off. */
const CYCLE_S = 900;
/** One sensor at a time leaves its usual range for so long: soon after the start, then again and again. */
const FIRST_EXCURSION_S = 20;
const EXCURSION_EVERY_S = 90;
const EXCURSION_S = 60;

interface Kind {
  name: string;
  /** °C: the middle, how far the day and the compressor move it, how far an excursion raises it. */
  celsius: number;
  day: number;
  cycle: number;
  rise: number;
}

const KINDS: readonly [Kind, ...Kind[]] = [
  { name: 'Freezer', celsius: -18.5, day: 0.4, cycle: 0.9, rise: 11 },
  { name: 'Fridge', celsius: 4, day: 0.3, cycle: 0.7, rise: 7 },
  { name: 'Store room', celsius: 19, day: 2.5, cycle: 0.1, rise: 9 },
];

const kindOf = (index: number): Kind => KINDS[index % KINDS.length] ?? KINDS[0];

/** The first `count` sensors of the simulated fleet: freezers, fridges and rooms in turn. */
export function fleetOf(count: number): SimulatedSensor[] {
  return Array.from({ length: count }, (_, index) => {
    const number = Math.floor(index / KINDS.length) + 1;
    return {
      id: `simulated-${String(index + 1).padStart(2, '0')}`,
      name: `${kindOf(index).name} ${number} (simulated)`,
      location: `Simulated site ${number}`,
    };
  });
}

/**
 * What sensor `index` of `count` measures at `timeMs`, `sinceMs` after the start: temperature in °C and relative
 * humidity in %, with the course of a day, of a compressor, and a door that is left open now and then.
 */
export function valuesOf(
  index: number,
  { timeMs, sinceMs, count }: { timeMs: number; sinceMs: number; count: number },
): { temperature: number; humidity: number } {
  const { celsius, day, cycle, rise } = kindOf(index);
  const seconds = timeMs / 1000;
  // Coldest in the early morning, warmest in the afternoon (UTC), each a little apart from the others.
  const sun = Math.sin((2 * Math.PI * (seconds - 32_400 - index * 400)) / DAY_S);
  const compressor = Math.sin((2 * Math.PI * (seconds + index * 137)) / CYCLE_S);
  const open = openness(index, { sinceS: sinceMs / 1000, count });
  const temperature =
    celsius + day * sun + cycle * compressor + rise * open + 0.08 * flutter(seconds, index);
  const humidity = 48 - 6 * sun + 18 * open + 0.4 * flutter(seconds, index + 50);
  return { temperature: twoDigits(temperature), humidity: twoDigits(humidity) };
}

/** 0 = shut, 1 = the whole excursion. */
function openness(index: number, { sinceS, count }: { sinceS: number; count: number }): number {
  const turn = Math.floor((sinceS - FIRST_EXCURSION_S) / EXCURSION_EVERY_S);
  if (turn < 0 || turn % count !== index) return 0;
  const share = (sinceS - FIRST_EXCURSION_S - turn * EXCURSION_EVERY_S) / EXCURSION_S;
  return share >= 1 ? 0 : Math.sin(Math.PI * share) ** 2;
}

/** Between -1 and 1, and never twice alike for long: waves whose lengths have nothing in common. */
function flutter(seconds: number, index: number): number {
  const at = seconds + index * 17.3;
  return (Math.sin(at * 1.91) + Math.sin(at * 0.77 + 1) + Math.sin(at * 4.37 + 2)) / 3;
}

function twoDigits(value: number): number {
  return Math.round(value * 100) / 100;
}
