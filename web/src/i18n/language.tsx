import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { IntlProvider } from 'use-intl';
import type { english } from './english.ts';

export type Language = 'en' | 'fr';
type Messages = typeof english;

declare module 'use-intl' {
  interface AppConfig {
    Locale: Language;
    Messages: Messages;
  }
}

const REMEMBERED = 'vigie.language';
/** Times are shown in the reader's own zone; the platform stores UTC. */
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

interface LanguageChoice {
  language: Language;
  choose(language: Language): void;
}
const LanguageContext = createContext<LanguageChoice | undefined>(undefined);

function firstLanguage(): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered === 'en' || remembered === 'fr') return remembered;
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

/** Only the texts of the reader's language are fetched. */
async function textsOf(language: Language): Promise<Messages> {
  return language === 'fr'
    ? (await import('./french.ts')).french
    : (await import('./english.ts')).english;
}

/** Begun before anything is drawn. */
const atFirst = firstLanguage();
const firstTexts = textsOf(atFirst);

/** Shows nothing until the texts are there: a page without words is of no use. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [shown, show] = useState<{ language: Language; messages: Messages }>();
  const choose = useCallback((language: Language) => {
    localStorage.setItem(REMEMBERED, language);
    void textsOf(language).then((messages) => show({ language, messages }));
  }, []);
  useEffect(() => {
    void firstTexts.then((messages) => show({ language: atFirst, messages }));
  }, []);
  const language = shown?.language;
  useEffect(() => {
    if (language !== undefined) document.documentElement.lang = language;
  }, [language]);
  if (shown === undefined) return null;
  return (
    <Texts {...shown} choose={choose}>
      {children}
    </Texts>
  );
}

interface TextsProps extends LanguageChoice {
  messages: Messages;
  children: ReactNode;
}

/** What is below is said in a language whose texts are there. */
export function Texts({ language, messages, choose, children }: TextsProps) {
  return (
    <IntlProvider locale={language} messages={messages} timeZone={TIME_ZONE}>
      <LanguageContext value={{ language, choose }}>{children}</LanguageContext>
    </IntlProvider>
  );
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (choice === undefined) throw new Error('useLanguage needs LanguageProvider above it');
  return choice;
}
