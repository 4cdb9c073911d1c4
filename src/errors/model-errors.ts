// What the model server can do with a row's request that the row then fails with.

import type { Sentences } from './sentence.ts';

export const modelErrors = {
  E_MODEL_BAD_OUTPUT: {
    en: 'The model’s answer was not in the requested form, also after repeats. Drop the to-do file to try once more; if it stays so, ask for fewer columns.',
    zh: '模型的回答不符合要求的格式，重试后仍然如此。可发送待办文件再试一次；如果仍不行，请减少要求的列。',
  },
  E_MODEL_ANSWER_CUT: {
    en: 'The answer was longer than max_tokens ({limit}) allows, so that only its beginning is in the results. Raise max_tokens, or ask for less, and drop the to-do file again.',
    zh: '回答超过了 max_tokens（{limit}）的长度，结果中只有它的开头。请调大 max_tokens 或减少要求的内容，然后重新发送待办文件。',
  },
  E_MODEL_UNAVAILABLE: {
    en: 'The model server could not be used for {hours} h, so this row was not worked on. Drop the to-do file when it is back.',
    zh: '模型服务器已有 {hours} 小时不可用，该行未处理。恢复后请重新发送待办文件。',
  },
  E_MODEL_REJECTED: {
    en: 'The model server refuses this row: “{reason}”. Shorten the row’s text or the prompt, or use fewer or smaller pictures (detail: standard); if all rows fail alike, tell the person who looks after Darkroom.',
    zh: '模型服务器拒绝了该行：“{reason}”。请缩短该行文字或提示词，或减少图片、降低精细度（detail: standard）；如果所有行都如此，请联系负责维护 Darkroom 的同事。',
  },
  E_MODEL_ERROR: {
    en: 'The model server failed at this row, also after repeats. Drop the to-do file to try once more; if the same rows fail again, use other pictures for them.',
    zh: '模型服务器处理该行时出错，重试后仍然失败。可发送待办文件再试一次；如果还是这些行失败，请更换它们的图片。',
  },
  E_MODEL_TIMEOUT: {
    en: 'The model server gave no answer within {seconds} seconds, also after repeats. Drop the to-do file again later.',
    zh: '模型服务器在 {seconds} 秒内没有回答，重试后仍然如此。请稍后重新发送待办文件。',
  },
} as const satisfies Record<string, Sentences>;
