// Letting batches run, pausing and forgetting them, said in Simplified Chinese.

import { groupDigits } from './count.ts';
import type { StoreTrouble } from '../../batch/store-trouble.ts';
import type { ControlWords } from './words.ts';

const storeTroubles: Readonly<Record<StoreTrouble, string>> = {
  away: '我的存储（Redis）无法连接。',
  full: '我的存储（Redis）已满，需要负责维护 Darkroom 的同事腾出空间。',
  refuses: '我的存储（Redis）无法写入，需要负责维护 Darkroom 的同事处理。',
};

export const chineseControl: ControlWords = {
  wanted: ({ id, name, user, rows, time }) => {
    const size = `共 ${groupDigits(rows, 'zh-CN')} 行`;
    const work = time === undefined ? size : `${size}，预计需要${time}`;
    return `${user} 的批次 *${id}*（${name}）等待批准：${work}。`;
  },
  ask: (operators) => `${operators.join(' ')} 请批准或拒绝。`,
  nobody: () =>
    '目前没有人可以批准：尚未指定管理员。请让负责维护 Darkroom 的同事在 `OPERATORS` 中填写管理员的 Slack 用户 ID。',
  approvedBy: (by) => `:white_check_mark: 已由 ${by} 批准。`,
  declinedBy: (by) => `:x: 已由 ${by} 拒绝。`,
  stoppedBy: (by) => `:octagonal_sign: 开始前已由 ${by} 停止。`,
  paused: (id, command) =>
    `批次 ${id} 已暂停。已送到模型服务器的行会处理完；其余的行可用 \`${command} 继续 ${id}\` 继续。`,
  resumed: (id) => `批次 ${id} 继续处理。`,
  approved: (id) => `批次 ${id} 已批准。`,
  rejected: (user, name) =>
    `${user} *${name}* 已暂停，需要有人处理：模型服务器拒绝了其中的行。具体原因和处理办法见我上面的消息。`,
  outageBegan: ({ since, refuses, batches, rows }) => {
    const trouble = refuses
      ? '模型服务器拒绝所有请求（请检查 `VLLM_URL`、`VLLM_MODEL`、`VLLM_API_KEY`）'
      : '没有模型服务器响应';
    const waiting =
      batches === 0
        ? '目前没有批次在等待'
        : `${groupDigits(batches, 'zh-CN')} 个批次（共 ${groupDigits(rows, 'zh-CN')} 行）正在等待`;
    return `:warning: 从 ${since} 起，${trouble}。${waiting}；数据不会丢失，恢复后会自动继续。`;
  },
  outageEnded: (duration) =>
    `:white_check_mark: 模型服务器已恢复，中断时长：${duration}。各批次继续处理。`,
  lost: (user, name) =>
    `${user} *${name}* 的处理状态已丢失：我的存储（Redis）被清空或数据未能恢复。该批次无法继续，尚未发送的结果也已丢失，非常抱歉。请重新发送文件。`,
  lostTitle: (name) => `*${name} 的状态已丢失*，请重新发送文件。`,
  storeTrouble: (trouble, since) =>
    `:hourglass_flowing_sand: 从 ${since} 起等待：${storeTroubles[trouble]}数据不会丢失，恢复后会自动继续。`,
  diskFull: (since) =>
    `:hourglass_flowing_sand: 从 ${since} 起，我所在的机器磁盘已满，需要负责维护 Darkroom 的同事腾出空间。数据不会丢失，之后会自动继续。`,
  stuck: (id, since) =>
    `:warning: 已处理的结果都已保存，但从 ${since} 起，Darkroom 在生成或发送结果文件时内部出错，非常抱歉。我会每 10 分钟重试一次。请把批次号 ${id} 告诉负责维护 Darkroom 的同事。`,
  endedStuck: (id) => `批次 ${id} 已结束，没有结果文件。请重新发送文件。`,
  unwritten: () =>
    ':warning: Darkroom 在生成或发送结果文件时内部出错，因此没有结果文件，非常抱歉。请重新发送文件，已有的结果大多会直接沿用。',
  rechecking: (rows) =>
    `:warning: 内部核对发现问题，正在重新处理 ${groupDigits(rows, 'zh-CN')} 行，你无需操作。`,
  retried: (as, by) => `已由 ${by} 重试：见下方的批次 ${as}。`,
  retryOf: (id) => `重试批次 ${id} 中未完成的行；已完成的结果会直接沿用，结果文件包含所有行。`,
  retryHint: () => '如需按原样再处理一次，请点击上方进度消息中的“重试”按钮。',
  purgeQuestion: (id, name) =>
    `要删除批次 *${id}*（${name}）的全部数据，以及我发布的结果文件、部分结果和进度吗？原文件仍会留在 Slack 中。此操作无法撤销。`,
  purged: (id, kept) =>
    kept
      ? `批次 ${id} 的数据已从 Darkroom 删除，但 Slack 不允许我删除其消息列中的部分消息或文件，请手动删除。原文件也仍留在 Slack 中。`
      : `批次 ${id} 及我发布的相关内容已删除。原文件仍留在 Slack 中。`,
  purgedNotice: (id, by) => `批次 ${id} 及其结果已由 ${by} 删除。`,
};
