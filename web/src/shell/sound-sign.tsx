import { VolumeX } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useSound } from '../live/sound.tsx';
import { Button } from '../ui/button.tsx';
import { useNotices } from '../ui/notices.tsx';

/** Where sounds are muted, every page says so: nobody should wait for one in vain. */
export function SoundSign() {
  const t = useTranslations('shell.sound');
  const { isMuted, mute } = useSound();
  const { done } = useNotices();
  if (!isMuted) return null;
  const unmute = () => {
    mute(false);
    done(t('on'), () => mute(true));
  };
  return (
    <Button kind="plain" aria-label={t('muted')} title={t('muted')} onClick={unmute}>
      <VolumeX size={18} aria-hidden />
    </Button>
  );
}
