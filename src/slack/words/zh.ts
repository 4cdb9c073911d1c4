// What Darkroom says in Simplified Chinese.

import { groupDigits } from './count.ts';
import type { PauseReason } from '../../batch/batch.ts';
import type { PauseTold, Tally, Words } from './words.ts';
import { chineseBundle } from './zh-bundle.ts';
import { chineseControl } from './zh-control.ts';
import { chineseWarning } from './zh-warnings.ts';

const locale = 'zh-CN';

const number = (value: number): string => groupDigits(value, locale);
const rows = (count: number): string => `${number(count)} 行`;
/** With spaces about 和: Slack takes a formatting sign next to a Chinese character for a plain one. */
const list = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join('、')} 和 ${items.at(-1)}`;

function tally({ total, done, failed, cancelled }: Tally): string {
  const parts = [`共 ${rows(total)}，已完成 ${rows(done)}`];
  if (failed > 0) parts.push(`失败 ${rows(failed)}`);
  if (cancelled > 0) parts.push(`未处理 ${rows(cancelled)}`);
  return parts.join('，');
}

function doneSentence(user: string, name: string, { total, done, failed }: Tally): string {
  if (done === 0) return `${user} *${name}* 已处理完，但 ${rows(total)}全部失败。`;
  if (failed === 0) return `${user} *${name}* 已完成，${rows(total)}全部成功。`;
  return `${user} *${name}* 已完成：共 ${rows(total)}，成功 ${rows(done)}，失败 ${rows(failed)}。`;
}

function pausedSentence({ reason, since, by, said }: PauseTold): string {
  switch (reason) {
    case 'model-away':
      return `:hourglass_flowing_sand: 从 ${since} 起等待：模型服务器没有响应。数据不会丢失，恢复后会自动继续。`;
    case 'model-misconfigured':
      return `:hourglass_flowing_sand: 从 ${since} 起等待：模型服务器拒绝了请求。请告知负责维护 Darkroom 的同事。数据不会丢失，修复后会自动继续。`;
    case 'approval':
      return `:hourglass_flowing_sand: 从 ${since} 起等待 Darkroom 管理员批准：这样大的批次需批准后才会开始，你无需操作。`;
    case 'turn':
      return `:hourglass_flowing_sand: 从 ${since} 起排队：你的其他批次正在处理，其中一个结束后会自动开始。`;
    case 'person':
      return `:double_vertical_bar: 从 ${since} 起${by === undefined ? '' : `由 ${by} `}暂停。在此消息列中回复 \`@darkroom 继续\` 即可继续。`;
    case 'rejected':
      return `:double_vertical_bar: 从 ${since} 起暂停：模型服务器以相同原因拒绝了最前面的各行${said === '' ? '' : `：“${said}”`}。这些行不算失败。如果是要求过多（文字或提示词太长、图片太多或太大），请停止该批次，精简后重新发送文件；否则请告知负责维护 Darkroom 的同事，修复后在此回复 \`@darkroom 继续\`。`;
  }
}

function waitingFor(reason: PauseReason | undefined): string {
  if (reason === 'approval') return '等待批准';
  if (reason === 'turn') return '排队中';
  if (reason === 'rejected') return '已暂停（模型服务器拒绝处理）';
  return reason === 'person' ? '已暂停' : '等待模型服务器';
}

export const chinese: Words = {
  pictures: (count) => `${number(count)} 张图片`,
  rows,
  rowNumbers: (lines, more) => `第 ${lines.join('、')} 行${more ? '等' : ''}`,

  progress: {
    reading: (name) => `*正在读取 ${name}……*`,
    working: (name) => `*正在处理 ${name}*`,
    waiting: (name) => `*${name} 正在等待*`,
    held: (name) => `*${name} 已暂停*`,
    writing: (name) => `*${name}：正在生成结果文件……*`,
    done: (name) => `*${name} 已完成*`,
    stopped: (name) => `*${name} 已停止*`,
    tally: (counts, left) => (left === undefined ? tally(counts) : `${tally(counts)}，${left}`),
    timeLeft: (time) => `剩余时间：${time}`,
    timeUnknown: () => '处理完前几行后即可估算所需时间',
    cached: (count) =>
      `${rows(count)}直接使用了缓存：之前对相同图片提过相同要求。如需重新生成，请在发送文件时写上 \`缓存：关\`。`,
    paused: pausedSentence,
    approved: (by) => `已由 ${by} 批准`,
    declined: (by) => `已由 ${by} 拒绝，没有处理任何行。`,
    gaveUp: (hours) => `已提前结束：模型服务器已有 ${hours} 小时不可用。`,
    offline: (from, to) => `从 ${from} 到 ${to} 我不在线，数据没有丢失。`,
    late: (dropped) => `文件发送时（${dropped}）我不在线，所以开始得比较晚。`,
    footer: (id, ended) =>
      ended
        ? `批次 ${id}`
        : `批次 ${id} · 在此消息列中回复 \`@darkroom 状态\` 或 \`@darkroom 停止\``,
  },

  understood: {
    table: (count, columns) => `共 ${count}，图片取自 ${list(columns)} 列`,
    bundle: chineseBundle,
    standard: (outputs, language) => `用${language}撰写 ${list(outputs)}`,
    ownPrompt: (outputs, language) => `按你的要求，用${language}撰写 ${list(outputs)}`,
    context: (columns) => `除图片外，还会参考 ${list(columns)}`,
    promptColumn: (column) => `${column} 列有内容的行，以该内容为要求`,
    textUnused: () => '消息中的文字没有用作要求。如需自定要求，请以 `要求：` 开头',
    cacheOff: () => '每一行都重新生成（`缓存：关`）',
    repeats: (count) => `${rows(count)}与前面的行图片相同`,
    withoutPicture: (count) => `${rows(count)}没有图片，将记为失败`,
    faulty: (count) => `${rows(count)}格式有误，无法读取，原因见结果文件`,
    warning: chineseWarning,
    languageName: (language) => (language === 'zh' ? '中文' : '英文'),
  },

  failures: {
    title: (count) => `*${rows(count)}失败：*`,
    group: (group) =>
      `${rows(group.rows)}${group.varied ? '，例如' : ''}：${group.sentence}（${group.lines}）`,
    moreCauses: (count) => `另有 ${number(count)} 种原因，见结果文件`,
  },

  refusal: {
    title: (name) => `无法使用 *${name}*。`,
    batch: (id) => `批次 ${id}`,
    alreadyRunning: (batch) => `这个文件正在处理中：${batch}。结果会发到那里。`,
  },

  results: {
    done: doneSentence,
    stopped: ({ user, name, tally: counts, by }) =>
      `${user} *${name}* 已${by === undefined ? '' : `由 ${by} `}停止：${tally(counts)}。`,
    gaveUp: ({ user, name, tally: counts, hours }) =>
      `${user} *${name}* 已提前结束：模型服务器已有 ${hours} 小时不可用。${tally(counts)}。请告知负责维护 Darkroom 的同事。`,
    soFar: ({ user, name, tally: counts, since }) =>
      `${user} 模型服务器从 ${since} 起不可用，先发送 *${name}* 目前的结果：${tally(counts)}。恢复后会自动继续，完整文件最后发送。`,
    samples: () => '*前几条结果：*',
    sample: (row) => `*第 ${row} 行*`,
    field: (name, value) => `_${name}：_ ${value}`,
    animated: (count) => `有 ${number(count)} 张图片是动图，只使用了第一帧。`,
    todo: ({ failed, cancelled, name, bundled }) =>
      failed > 0
        ? `没有结果的 ${rows(failed + cancelled)}也单独放在 ${name} 中，改正失败的行后${bundled ? '连同图片一起' : ''}重新发送该文件即可。`
        : `未处理的 ${rows(cancelled)}也单独放在 ${name} 中，要继续处理，${bundled ? '请连同图片一起发送该文件' : '直接发送该文件即可'}。`,
    undelivered: (user, name, reason) =>
      `${user} *${name}* 的结果已生成，但 Slack 不接受该文件（${reason}）。结果已保留，请告知负责维护 Darkroom 的同事。待 Slack 恢复接收文件后，请重新发送原文件：已有回答的行不会再次提问。`,
    elsewhere: (name, channel) => `无法再在 ${channel} 中发言，*${name}* 的结果发到这里。`,
    declined: (user, name, by) =>
      `${user} *${name}* 未获批准：${by} 拒绝了该批次，没有处理任何行。请与对方沟通，或发送较小的文件。`,
  },

  control: chineseControl,

  batches: {
    listTitle: () => '*本频道的批次（最新的在前）：*',
    ownTitle: () => '*你尚未完成的批次：*',
    listEmpty: () => '本频道还没有批次。发送带图片链接的 CSV 文件或图片 zip 即可开始。',
    line: ({ id, name, state, link }) =>
      `*${id}* · ${name} · ${state}${link === undefined ? '' : ` · ${link}`}`,
    reading: () => '正在读取文件',
    working: (counts) => `处理中：${tally(counts)}`,
    waiting: (counts, reason) => `${waitingFor(reason)}：${tally(counts)}`,
    writing: () => '正在生成结果文件',
    done: (counts) => `已结束：${tally(counts)}`,
    stopped: (counts) => `已停止：${tally(counts)}`,
    refused: () => '文件无法使用',
    openThread: () => '打开消息列',
    choose: () => '你在这里有多个批次，要停止哪一个？',
    stoppingUnread: (id) => `批次 ${id} 已停止。文件当时还在读取，没有处理任何行。`,
    stopping: (id) => `正在停止批次 ${id}。已完成的结果会以文件形式发到其消息列中。`,
    started: (name) => `开始处理 *${name}*，进度会发到该消息的消息列中。`,
  },

  help: (command) =>
    [
      '*使用方法*',
      '发送带图片链接列的 CSV 文件或图片 zip，我会为每一行撰写商品文案。进度和结果文件都会发到消息列中。',
      'CSV 与 zip 一起发送时，由 CSV 指定每行的图片。单独发送图片时，请提及我，或直接私信给我。',
      `\`${command} 列表\` 查看本频道的批次`,
      `\`${command} 状态 142\` 查看某个批次的进度`,
      `\`${command} 取消 142\` 停止某个批次，并发送已完成的结果`,
      `\`${command} 暂停 142\`、\`${command} 继续 142\` 暂停或继续某个批次`,
      `\`${command} 清除 142\` 删除某个批次及其结果`,
      '在消息列中：`@darkroom 状态`、`@darkroom 停止`，或用 `@darkroom 运行` 处理上方的文件',
      '处理较早的文件：打开该消息的菜单，选择“Run a batch”。',
      '如需自定要求，请以 `要求：` 开头，例如 `要求：用两句话介绍{{品名}}。`',
    ].join('\n'),

  welcome: (command) =>
    [
      '大家好！在这里发送带图片链接列的 CSV 文件或图片 zip，我会为每一行撰写商品文案。',
      '我会在文件的消息列中回复：先是进度，最后是结果文件。',
      `输入 \`${command} 帮助\` 查看更多用法。`,
    ].join('\n'),

  button: {
    stop: '停止',
    stopLabel: (id) => `停止批次 ${id}`,
    confirmTitle: '停止这个批次？',
    confirmText: '已完成的结果会以文件形式发送，其余的行不再处理。',
    confirmYes: '停止',
    confirmNo: '继续处理',
    choosePlaceholder: '选择批次',
    approve: '批准',
    approveLabel: (id) => `批准批次 ${id}`,
    decline: '拒绝',
    declineLabel: (id) => `拒绝批次 ${id}`,
    declineTitle: '拒绝这个批次？',
    declineText: '该批次不会开始处理，并会通知发送文件的人。',
    back: '返回',
    retry: (count) => `重试 ${number(count)} 行`,
    retryLabel: (id) => `重试批次 ${id} 中未完成的行`,
    purge: '删除',
    purgeLabel: (id) => `删除批次 ${id}`,
  },
};
