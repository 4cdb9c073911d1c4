// The catalogue for a language.

import type { Language } from '../../batch/language.ts';
import { english } from './en.ts';
import type { Words } from './words.ts';
import { chinese } from './zh.ts';

const catalogues: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

export function wordsOf(language: Language): Words {
  return catalogues[language];
}
