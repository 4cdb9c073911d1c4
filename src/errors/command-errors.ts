// What can be wrong with what a person asks Darkroom in Slack.

import type { Sentences } from './sentence.ts';

export const commandErrors = {
  E_COMMAND_UNKNOWN: {
    en: 'I do not know "{word}". I know list, status, cancel, pause, resume, purge and help.',
    zh: '无法识别“{word}”。可用的命令有：列表、状态、取消、暂停、继续、清除、帮助。',
  },
  E_COMMAND_MISSPELT: {
    en: 'I do not know "{word}". Did you mean "{nearest}"?',
    zh: '无法识别“{word}”，是否想输入“{nearest}”？',
  },
  E_BATCH_ID: {
    en: '"{id}" is not the number of a batch. Numbers look like 142; "list" shows them.',
    zh: '“{id}”不是批次编号。编号是类似 142 的数字，可用“列表”查看。',
  },
  E_BATCH_UNKNOWN: {
    en: 'There is no batch {id} in this channel. "list" shows those that there are.',
    zh: '本频道没有批次 {id}。可用“列表”查看已有的批次。',
  },
  E_BATCH_ENDED: {
    en: 'Batch {id} has already ended; there is nothing left to change about it.',
    zh: '批次 {id} 已经结束，无需操作。',
  },
  E_NOT_ALLOWED: {
    en: 'Only the person who dropped the file, an operator of Darkroom or a workspace admin can stop batch {id}. Ask one of them.',
    zh: '只有发送文件的人、Darkroom 管理员或工作区管理员才能停止批次 {id}，请联系他们。',
  },
  E_NO_RUNNING_BATCH: {
    en: 'You have no running batch here. "list" shows the batches of this channel.',
    zh: '你在这里没有正在处理的批次。可用“列表”查看本频道的批次。',
  },
  E_NO_BATCH_IN_THREAD: {
    en: 'There is no batch in this thread. Reply to the message that holds the file, or use "list".',
    zh: '此消息列中没有批次。请在文件所在的消息下回复，或使用“列表”。',
  },
  E_NO_TABLE_HERE: {
    en: 'There is no CSV, zip or picture here to run. Reply "@darkroom run" below the message that holds the file, or drop it again.',
    zh: '这里没有可处理的 CSV、zip 或图片文件。请在文件所在的消息下回复“@darkroom 运行”，或重新发送文件。',
  },
  E_FILE_NOT_TABLE: {
    en: '"{name}" is not a CSV, a zip or a picture. Save a table as CSV (UTF-8), or pack pictures into a zip, and drop that file.',
    zh: '“{name}”不是 CSV 文件，也不是 zip 或图片。请将表格另存为 CSV（UTF-8），或将图片压缩成 zip 后再发送。',
  },
  E_SLACK_DOWNLOAD_AUTH: {
    en: 'Slack did not hand the file over to me. Ask your Slack admin to give Darkroom the permission files:read and to reinstall the app, then drop the file again.',
    zh: 'Slack 没有把文件交给我。请让 Slack 管理员授予 Darkroom files:read 权限并重新安装应用，然后重新发送文件。',
  },
  E_DOWNLOAD_INCOMPLETE: {
    en: 'Of "{name}" only {found} of {expected} bytes arrived, also after several tries. Drop the file again.',
    zh: '“{name}”多次尝试后仍只收到 {found} 字节（应为 {expected} 字节），请重新发送文件。',
  },
  E_FILE_EXTERNAL: {
    en: '"{name}" is stored outside Slack, where I cannot read it. Download it and drop the file itself here.',
    zh: '“{name}”存放在 Slack 之外，无法读取。请下载后直接发送文件。',
  },
  E_NOT_IN_CHANNEL: {
    en: 'I am not a member of this channel. Invite me with "/invite" and try again.',
    zh: '我不在这个频道中。请先用“/invite”邀请我，然后重试。',
  },
  E_TRY_AGAIN: {
    en: 'I cannot look that up right now. Try again in a minute.',
    zh: '暂时无法查询，请稍后再试。',
  },
} as const satisfies Record<string, Sentences>;
