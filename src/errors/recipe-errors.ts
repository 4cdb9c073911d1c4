// What can be wrong with the prompt and the options in a message; the batch is refused before any row runs.

import type { Sentences } from './sentence.ts';

export const recipeErrors = {
  E_OPT_UNKNOWN: {
    en: 'There is no option "{option}". Did you mean "{nearest}"? If the line belongs to the prompt, leave out its colon.',
    zh: '没有“{option}”这个选项。是否想写“{nearest}”？如果这一行属于提示词，请去掉其中的冒号。',
  },
  E_OPT_EMPTY: {
    en: 'Nothing stands after "{option}:". Write a value on the same line, or leave the line out.',
    zh: '“{option}：”后面没有内容。请在同一行写上内容，或删掉这一行。',
  },
  E_OPT_NUMBER: {
    en: 'The option "{option}" takes a number from {min} to {max}; the message says "{value}". Correct it and drop the file again.',
    zh: '选项“{option}”应为 {min} 到 {max} 之间的数字，消息中写的是“{value}”。请修改后重新发送。',
  },
  E_OPT_WHOLE_NUMBER: {
    en: 'The option "{option}" takes a whole number from {min} to {max}; the message says "{value}". Correct it and drop the file again.',
    zh: '选项“{option}”应为 {min} 到 {max} 之间的整数，消息中写的是“{value}”。请修改后重新发送。',
  },
  E_OPT_CHOICE: {
    en: 'The option "{option}" takes one of: {choices}. The message says "{value}". Correct it and drop the file again.',
    zh: '选项“{option}”只能是以下之一：{choices}。消息中写的是“{value}”，请修改后重新发送。',
  },
  E_OPT_UNKNOWN_COLUMN: {
    en: 'The option "use" names the column "{name}", which the file does not have. Its columns, the most similar first: {columns}. Correct the name and drop the file again.',
    zh: '选项“使用”中的列“{name}”在文件里不存在。文件中的列（最相近的在前）：{columns}。请更正列名后重新发送文件。',
  },
  E_TPL_EMPTY: {
    en: 'The prompt is empty. Write what you want to know about each picture after "prompt:", or leave it out for product titles and selling points.',
    zh: '提示词为空。请在“要求：”后面写明要对每张图片做什么，或者不写，默认生成商品标题和卖点。',
  },
  E_TPL_TOO_LONG: {
    en: 'The prompt has {length} characters; the limit is {limit}. Shorten it and drop the file again.',
    zh: '提示词有 {length} 个字符，上限为 {limit} 个。请缩短后重新发送文件。',
  },
  E_TPL_UNKNOWN_COLUMN: {
    en: 'The prompt names the column "{name}", which the file does not have. Its columns, the most similar first: {columns}. Correct the name and drop the file again.',
    zh: '提示词中的列“{name}”在文件里不存在。文件中的列（最相近的在前）：{columns}。请更正列名后重新发送文件。',
  },
  E_TPL_SYNTAX: {
    en: 'The prompt has curly braces without their counterpart at character {position}: "{excerpt}". Put a column name between two pairs of them and drop the file again.',
    zh: '提示词第 {position} 个字符处的花括号没有配对：“{excerpt}”。请用两对花括号把列名括起来，然后重新发送文件。',
  },
  E_TPL_EXPRESSION: {
    en: 'The prompt has "{place}" between its braces. Only a column name can stand there, no condition, loop or filter. Correct it and drop the file again.',
    zh: '提示词的花括号中写了“{place}”。花括号中只能写列名，不支持条件、循环或过滤器。请修改后重新发送文件。',
  },
  E_SCHEMA_INVALID: {
    en: 'The column name "{name}" after "columns:" cannot be used. Use letters, digits, spaces, "_" and "-", at most {limit} characters, with commas between the names.',
    zh: '“列：”后面的列名“{name}”无法使用。请使用文字、数字、空格、“_”和“-”，最多 {limit} 个字符，列名之间用逗号隔开。',
  },
  E_SCHEMA_DUPLICATE: {
    en: 'The column "{name}" stands twice after "columns:". Leave one of them out.',
    zh: '“列：”后面的列名“{name}”出现了两次，请删掉一个。',
  },
  E_SCHEMA_TOO_LARGE: {
    en: 'There are {count} columns after "columns:"; the limit is {limit}. Ask for fewer, or run the file twice.',
    zh: '“列：”后面有 {count} 列，上限为 {limit} 列。请减少列数，或分两次处理该文件。',
  },
  E_PROMPT_TOO_LONG: {
    en: 'The prompt with this row’s values comes to about {tokens} tokens; the limit is {limit}. Shorten the row’s texts or name fewer columns with "use:".',
    zh: '提示词加上该行内容约为 {tokens} 个 token，上限为 {limit} 个。请缩短该行的文字，或用“使用：”选择较少的列。',
  },
} as const satisfies Record<string, Sentences>;
