import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Alert } from '#domain/alert.ts';
import { useLive } from './live.tsx';

const REMEMBERED = 'vigie.muted';
/** Two tones, a third apart, higher for what is critical; short enough not to be in anyone's way (WCAG 1.4.2). */
const TONES = { info: [440], warning: [523, 659], critical: [784, 988, 784] } as const;
const TONE_S = 0.16;
/** A storm is one sound, not a thousand. */
const PAUSE_MS = 3000;

interface Sound {
  isMuted: boolean;
  mute(isMuted: boolean): void;
}
const SoundContext = createContext<Sound | undefined>(undefined);

function play(audio: AudioContext, severity: Alert['severity']): void {
  TONES[severity].forEach((frequency, at) => {
    const tone = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0.08 });
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at * TONE_S);
    tone.stop(audio.currentTime + (at + 1) * TONE_S);
  });
}

/** A sound when an alert is raised, whatever page is open; can be muted, and that is remembered. */
export function SoundProvider({ children }: { children: ReactNode }) {
  const live = useLive();
  const [isMuted, mute] = useState(() => localStorage.getItem(REMEMBERED) === 'yes');
  const known = useRef(new Set<string>());
  useEffect(() => localStorage.setItem(REMEMBERED, isMuted ? 'yes' : 'no'), [isMuted]);
  useEffect(() => {
    if (isMuted) return;
    let audio: AudioContext | undefined;
    let lastMs = 0;
    const end = live.onChange((change) => {
      if (change.topic !== 'alert') return;
      const { id, state, acknowledged, severity, shelved_until, suppressed_by } = change.alert;
      if (state === 'cleared') known.current.delete(id);
      const isNews = state === 'active' && !known.current.has(id);
      if (isNews) known.current.add(id);
      const isHushed = acknowledged || shelved_until !== null || suppressed_by !== null;
      if (!isNews || isHushed || Date.now() - lastMs < PAUSE_MS) return;
      lastMs = Date.now();
      audio ??= new AudioContext();
      // A browser keeps a page silent until somebody has touched it; there is nothing to be done about that.
      if (audio.state === 'running') play(audio, severity);
      else void audio.resume().then(() => audio && play(audio, severity));
    });
    return () => {
      end();
      void audio?.close();
    };
  }, [live, isMuted]);
  const sound = useMemo(() => ({ isMuted, mute }), [isMuted]);
  return <SoundContext value={sound}>{children}</SoundContext>;
}

export function useSound(): Sound {
  const sound = useContext(SoundContext);
  if (sound === undefined) throw new Error('useSound needs SoundProvider above it');
  return sound;
}
