// What can happen to a row or a batch inside Darkroom itself.

import type { Sentences } from './sentence.ts';

export const engineErrors = {
  E_INTERNAL: {
    en: 'Something went wrong inside Darkroom at row {line} of batch {batch}; sorry. Drop the to-do file again, and give the person who looks after Darkroom these two numbers.',
    zh: 'Darkroom 内部在批次 {batch} 的第 {line} 行出错，非常抱歉。请重新发送待办文件，并把这两个编号告诉负责维护 Darkroom 的同事。',
  },
  E_ALREADY_RUNNING: {
    en: 'This file with the same instructions is already running as batch {id}: {link}',
    zh: '同一个文件、同样的要求已在批次 {id} 中处理：{link}',
  },
  E_READ_FAILED: {
    en: 'Something went wrong inside Darkroom while it read this file, several times over; sorry. Nothing was worked on. Give the person who looks after Darkroom the number of this batch, {id}, and try the file again later, perhaps in smaller parts.',
    zh: 'Darkroom 在读取该文件时内部多次出错，非常抱歉。尚未处理任何行。请把批次号 {id} 告诉负责维护 Darkroom 的同事，稍后再试，或把文件拆小后重新发送。',
  },
  E_RETRY_GONE: {
    en: 'Batch {id} is no longer kept, so its rows cannot be worked on again from here. Drop its to-do file instead.',
    zh: '批次 {id} 的数据已不再保留，无法从这里重试。请改为重新发送它的待办文件。',
  },
  E_MODEL_CONNECTION: {
    en: 'The model server broke off the connection on this row again and again, although it answers other requests. Try the row again from the to-do file, perhaps with a smaller picture.',
    zh: '模型服务器在处理该行时多次中断连接，而其他请求正常。请用待办文件重试该行，或换一张较小的图片。',
  },
} as const satisfies Record<string, Sentences>;
