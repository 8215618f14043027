import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Backtest, BacktestProgress } from '#domain/backtest.ts';
import type { RuleInput } from '#domain/rule.ts';
import { askBacktest } from '../../api/ask-backtest.ts';
import type { ChartRange } from '../../chart/history-chart.tsx';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { BacktestPicture } from './backtest-picture.tsx';
import styles from './rules.module.css';

const DAYS_30_MS = 30 * 86_400_000;
type Suggestion = NonNullable<Backtest['suggestion']>;

interface BacktestPanelProps {
  rule: RuleInput;
  /** The reader takes the suggested delay and deadband over. */
  take(suggestion: Suggestion): void;
}

interface Tried {
  rule: RuleInput;
  range: ChartRange;
  answer: Backtest;
}

/** The rule as it stands in the form, tried over the last 30 days; nothing is saved and nobody is told. */
export function BacktestPanel({ rule, take }: BacktestPanelProps) {
  const t = useTranslations('rules.backtest');
  const [tried, setTried] = useState<Tried>();
  const [progress, setProgress] = useState<BacktestProgress>();
  const [problem, setProblem] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const run = async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setProblem(undefined);
    setProgress({ phase: 'replay', done: 0, total: 1, samples: 0 });
    const toMs = Date.now();
    const range = { fromMs: toMs - DAYS_30_MS, toMs };
    try {
      const answer = await askBacktest({
        rule,
        ...range,
        signal: controller.signal,
        onProgress: setProgress,
      });
      setTried({ rule, range, answer });
    } catch (error) {
      if (!controller.signal.aborted) setProblem(error);
    } finally {
      if (running.current === controller) setProgress(undefined);
    }
  };
  return (
    <section aria-labelledby="backtest" className={styles.backtest}>
      <h2 id="backtest">{t('title')}</h2>
      <p className="muted">{t('explain')}</p>
      {progress === undefined ? (
        <Button onClick={() => void run()}>{t('run')}</Button>
      ) : (
        <>
          <progress value={progress.done} max={progress.total} aria-label={t('running')} />{' '}
          <Button onClick={() => running.current?.abort()}>{t('stop')}</Button>
        </>
      )}
      <div role="alert">{problem !== undefined && <ProblemText problem={problem} />}</div>
      {tried !== undefined && (
        <>
          <BacktestSummary answer={tried.answer} take={take} />
          <BacktestPicture rule={tried.rule} range={tried.range} answer={tried.answer} />
        </>
      )}
    </section>
  );
}

function BacktestSummary({
  answer: { summary, suggestion },
  take,
}: {
  answer: Backtest;
  take(suggestion: Suggestion): void;
}) {
  const t = useTranslations('rules.backtest');
  const formats = useFormats();
  return (
    <div role="status">
      <p>
        {t('summary', {
          alerts: summary.alerts,
          sensors: summary.sensors,
          samples: formats.count(summary.samples),
          hours: formats.number(Math.round(summary.seconds_active / 360) / 10),
        })}
      </p>
      {summary.chattering.length > 0 && (
        <p>{t('chattering', { sensors: summary.chattering.slice(0, 5).join(', ') })}</p>
      )}
      {suggestion !== null && (
        <p>
          {t('suggestion', {
            deadband: suggestion.deadband === null ? 'none' : formats.number(suggestion.deadband),
            delay: suggestion.on_delay,
            alerts: suggestion.alerts,
          })}{' '}
          <Button onClick={() => take(suggestion)}>{t('take')}</Button>
        </p>
      )}
    </div>
  );
}
