// What the page itself says, in the language of the person who looks at it. What apps say is theirs.

const en = {
  note: 'Simulated Slack workspace – nothing leaves this machine.',
  connected: 'Darkroom is connected',
  waiting: 'Waiting for Darkroom to connect',
  channels: 'Channels',
  apps: 'Apps',
  youAre: 'You are',
  members: '{n} members',
  message: 'Message {place}',
  reply: 'Reply…',
  send: 'Send',
  attach: 'Attach files',
  samples: 'Try a sample:',
  remove: 'Remove',
  dropHint: 'Drop to attach to {place}',
  thread: 'Thread',
  replies: '{n} replies',
  reply1: '1 reply',
  lastReply: 'last reply {time}',
  replyInThread: 'Reply in thread',
  more: 'More',
  close: 'Close',
  open: 'Open',
  download: 'Download',
  onlyYou: 'Only visible to you',
  edited: '(edited)',
  notHere: 'Darkroom is not in this channel yet.',
  invite: 'Add Darkroom',
  today: 'Today',
  empty: 'Nothing here yet. Drop a CSV, or write something.',
  deleted: 'This file was deleted.',
  rows: '{n} rows',
  firstRows: 'the first {n} rows of {all}',
  home: 'Home',
  messages: 'Messages',
  homeEmpty: 'This app has not put anything on its Home.',
  choose: 'Choose…',
  submit: 'Submit',
  cancel: 'Cancel',
  app: 'APP',
  joined: 'Use {command} here; commands do not work in threads.',
};

const zh = {
  note: '模拟的 Slack 工作区——数据不会离开这台机器。',
  connected: 'Darkroom 已连接',
  waiting: '等待 Darkroom 连接',
  channels: '频道',
  apps: '应用',
  youAre: '当前身份',
  members: '{n} 位成员',
  message: '发消息到 {place}',
  reply: '回复…',
  send: '发送',
  attach: '添加文件',
  samples: '试试示例：',
  remove: '移除',
  dropHint: '松开即可添加到 {place}',
  thread: '消息列',
  replies: '{n} 条回复',
  reply1: '1 条回复',
  lastReply: '最后回复 {time}',
  replyInThread: '在消息列中回复',
  more: '更多',
  close: '关闭',
  open: '打开',
  download: '下载',
  onlyYou: '仅对您可见',
  edited: '（已编辑）',
  notHere: 'Darkroom 还不在这个频道里。',
  invite: '添加 Darkroom',
  today: '今天',
  empty: '这里还没有消息。拖入一个 CSV，或写点什么。',
  deleted: '此文件已删除。',
  rows: '{n} 行',
  firstRows: '共 {all} 行，显示前 {n} 行',
  home: '主页',
  messages: '消息',
  homeEmpty: '此应用的主页还没有内容。',
  choose: '请选择…',
  submit: '提交',
  cancel: '取消',
  app: '应用',
  joined: '请在此处使用 {command}；命令在消息列中不可用。',
};

let words = en;
let locale = 'en-US';

/** Switches the page's language; everything but Chinese is English. */
export function speak(personLocale) {
  locale = personLocale;
  words = personLocale === 'zh-CN' ? zh : en;
  document.documentElement.lang = personLocale;
}

/** A sentence with its places filled in. */
export function say(name, places = {}) {
  return words[name].replaceAll(/\{(\w+)\}/g, (_, place) => String(places[place] ?? ''));
}

/** A clock time for a Slack timestamp. */
export function toTime(ts) {
  const options = { hour: 'numeric', minute: '2-digit' };
  return new Date(Number(ts) * 1000).toLocaleTimeString(locale, options);
}

/** A size in the units that people read. */
export function toSize(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
