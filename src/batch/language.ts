// The two languages that Darkroom speaks.

export type Language = 'en' | 'zh';

/** The language for a Slack locale such as `zh-CN` or `en-GB`; English when it is unknown. */
export function toLanguage(locale: string | undefined): Language {
  return locale?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}
