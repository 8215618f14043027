import { useTranslations } from 'use-intl';
import { useFormats } from '../format/use-formats.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { Decision, Meanwhile } from './meanwhile.tsx';
import styles from './meanwhile-dialog.module.css';
import { useFieldTexts } from './use-field-texts.ts';

interface MeanwhileDialogProps {
  about: Meanwhile;
  decide(decision: Decision): void;
}

/** By whom and when it was changed, what they made of it beside what was typed here, and whose is to stand. */
export function MeanwhileDialog({ about, decide }: MeanwhileDialogProps) {
  const t = useTranslations('words.meanwhile');
  const formats = useFormats();
  const texts = useFieldTexts(about.kind);
  const { id, at, who, changes } = about;
  const time = formats.moment(at);
  return (
    <Dialog title={t('title', { id })} isOpen close={() => decide('back')}>
      <p>{who === undefined ? t('at', { time }) : t('by', { who, time })}</p>
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('field')}</th>
              <th scope="col">{t('theirs')}</th>
              <th scope="col">{t('mine')}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ pointer, theirs, mine }) => (
              <tr key={pointer}>
                <th scope="row">{texts.label(pointer)}</th>
                <td>{texts.value(pointer, theirs)}</td>
                <td>{texts.value(pointer, mine)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button kind="primary" onClick={() => decide('theirs')}>
        {t('takeTheirs')}
      </Button>{' '}
      <Button kind="danger" onClick={() => decide('mine')}>
        {t('saveMine')}
      </Button>{' '}
      <Button onClick={() => decide('back')}>{t('back')}</Button>
    </Dialog>
  );
}
