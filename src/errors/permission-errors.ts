// What somebody may not do, may not do yet, or cannot do to a batch as it is.

import type { Sentences } from './sentence.ts';

export const permissionErrors = {
  E_START_GUEST: {
    en: 'Guests cannot start batches in this workspace. Ask a member to drop the file, or the person who looks after Darkroom to allow it.',
    zh: '本工作区的访客不能发起批次。请让工作区成员发送文件，或请负责维护 Darkroom 的同事开放权限。',
  },
  E_START_STRANGER: {
    en: 'Only members of the workspace that Darkroom belongs to can start batches. Ask a colleague there to drop the file.',
    zh: '只有 Darkroom 所在工作区的成员才能发起批次。请让该工作区的同事发送文件。',
  },
  E_START_SHARED: {
    en: 'This channel is shared with another organisation, which would see the results, so I start nothing here. Drop the file in a channel of your own workspace, or ask the person who looks after Darkroom to allow this one.',
    zh: '这个频道与其他组织共享，对方会看到结果，因此我不会在这里发起批次。请在自己工作区的频道中发送文件，或请负责维护 Darkroom 的同事允许此频道。',
  },
  E_SLACK_RIGHTS: {
    en: 'Slack does not let me see who may start batches here ({reason}), so I start nothing. Ask the person who looks after Darkroom to give its Slack app what is missing and to reinstall it, then drop the file again.',
    zh: 'Slack 不允许我查看谁可以在这里发起批次（{reason}），因此我没有开始处理。请让负责维护 Darkroom 的同事为 Slack 应用补全权限并重新安装，然后重新发送文件。',
  },
  E_ROWS_PER_DAY: {
    en: 'This file has {rows} rows, but of your {limit} rows a day {count} are left. Drop it again in {hours} h, or a smaller file now.',
    zh: '该文件有 {rows} 行，而你每天 {limit} 行的额度只剩 {count} 行。请在 {hours} 小时后重新发送，或现在发送较小的文件。',
  },
  E_ROWS_OVER_DAY: {
    en: 'This file has {rows} rows, more than the {limit} that one person may have worked on in a day. Split it, or ask the person who looks after Darkroom to raise ROWS_PER_DAY.',
    zh: '该文件有 {rows} 行，超过每人每天 {limit} 行的上限。请拆分文件，或请负责维护 Darkroom 的同事调高 ROWS_PER_DAY。',
  },
  E_REDIS_FULL: {
    en: 'There is no room for this file at the moment: the store is nearly full. Drop it again when other batches have ended, and tell the person who looks after Darkroom (Redis, maxmemory).',
    zh: '存储空间快满了，暂时放不下这个文件。请等其他批次结束后重新发送，并告知负责维护 Darkroom 的同事（Redis maxmemory）。',
  },
  E_DISK_FULL: {
    en: 'There is no room for this file at the moment: the disk is nearly full. Drop it again when other batches have ended, and tell the person who looks after Darkroom (DATA_DIR).',
    zh: '磁盘快满了，暂时放不下这个文件。请等其他批次结束后重新发送，并告知负责维护 Darkroom 的同事（DATA_DIR）。',
  },
  E_NOT_YOURS: {
    en: 'Only the person who dropped the file, or an operator of Darkroom, can do that to batch {id}. Ask one of them.',
    zh: '只有发送文件的人或 Darkroom 管理员才能对批次 {id} 执行此操作，请联系他们。',
  },
  E_NOT_OPERATOR: {
    en: 'Only an operator of Darkroom can approve or decline batch {id}. Ask one of them.',
    zh: '只有 Darkroom 管理员才能批准或拒绝批次 {id}，请联系他们。',
  },
  E_ALREADY_DECIDED: {
    en: 'Batch {id} no longer waits for an approval. Its thread says what became of it.',
    zh: '批次 {id} 已不在等待批准，详情见其消息列。',
  },
  E_NAME_BATCH: {
    en: 'Say which batch, such as "{verb} 142"; "list" shows their numbers.',
    zh: '请指明批次，例如“{verb} 142”；可用“列表”查看编号。',
  },
  E_NOT_PAUSED: {
    en: 'Batch {id} is not paused; it is being worked on.',
    zh: '批次 {id} 没有暂停，正在处理中。',
  },
  E_WAITS_TURN: {
    en: 'Batch {id} waits for its turn: it begins by itself when another batch of the same person ends.',
    zh: '批次 {id} 正在排队：同一个人的其他批次结束后会自动开始。',
  },
  E_WAITS_MODEL: {
    en: 'Batch {id} waits for the model server and goes on by itself as soon as that is back.',
    zh: '批次 {id} 正在等待模型服务器，恢复后会自动继续。',
  },
  E_WAITS_APPROVAL: {
    en: 'Batch {id} waits for an operator to approve it; until then it does not run.',
    zh: '批次 {id} 正在等待管理员批准，批准前不会开始处理。',
  },
  E_STILL_READING: {
    en: 'The file of batch {id} is still being read. Try again in a moment.',
    zh: '批次 {id} 的文件还在读取，请稍后再试。',
  },
  E_RETRY_ACTIVE: {
    en: 'Batch {id} has not ended yet. Its rows can be retried when it has.',
    zh: '批次 {id} 尚未结束，结束后才能重试其中的行。',
  },
  E_RETRY_NOTHING: {
    en: 'Batch {id} has no unfinished rows that could be retried.',
    zh: '批次 {id} 没有可以重试的未完成行。',
  },
  E_RETRIED: {
    en: 'The unfinished rows of batch {id} are retried already, as batch {again} in the same thread.',
    zh: '批次 {id} 的未完成行已在重试：见同一消息列中的批次 {again}。',
  },
  E_PURGE_ACTIVE: {
    en: 'Batch {id} has not ended. Stop it first, and purge it when its file has come.',
    zh: '批次 {id} 尚未结束。请先停止，待结果文件发出后再清除。',
  },
} as const satisfies Record<string, Sentences>;
