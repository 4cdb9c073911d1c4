// What the model server can do with a row's request that the row then fails with.

import type { Sentences } from './sentence.ts';

export const modelErrors = {
  E_MODEL_BAD_OUTPUT: {
    en: 'The model’s answer was not in the requested form, also after repeats. Drop the to-do file to try once more; if it stays so, ask for fewer columns.',
    zh: '模型的回答不符合要求的格式，重试后仍然如此。可发送 todo 文件再试一次；如果仍不行，请减少要求的列。',
  },
  E_MODEL_ANSWER_CUT: {
    en: 'The answer was longer than max_tokens ({limit}) allows. Raise max_tokens, or ask for less, and drop the to-do file again.',
    zh: '回答超过了 max_tokens（{limit}）的长度。请调大 max_tokens 或减少要求的内容，然后重新发送 todo 文件。',
  },
} as const satisfies Record<string, Sentences>;
