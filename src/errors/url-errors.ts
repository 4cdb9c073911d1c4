// What can be wrong with an image link before anything is fetched, or where it leads.

import type { Sentences } from './sentence.ts';

export const urlErrors = {
  E_URL_INVALID: {
    en: '"{value}" is not a link. Use the full address of the picture, beginning with https://.',
    zh: '“{value}”不是有效的链接。请填写以 https:// 开头的完整图片地址。',
  },
  E_URL_TOO_LONG: {
    en: 'The link has {length} characters; the limit is {limit}. Use a shorter link to the picture.',
    zh: '链接长度为 {length} 个字符，上限为 {limit}。请使用较短的图片链接。',
  },
  E_URL_SCHEME: {
    en: 'Links that begin with {scheme} cannot be fetched. Use a link that begins with https://.',
    zh: '无法读取以 {scheme} 开头的链接。请使用以 https:// 开头的链接。',
  },
  E_URL_CREDENTIALS: {
    en: 'The link contains a user name or password. Use a link that works without signing in.',
    zh: '链接中包含用户名或密码。请使用无需登录即可打开的链接。',
  },
  E_URL_PORT: {
    en: 'The link uses port {port}; only 80 and 443 are allowed. Use a public link, or ask the person who looks after Darkroom to allow this host.',
    zh: '链接使用了端口 {port}，只允许 80 和 443。请使用公开链接，或请负责维护 Darkroom 的同事放行该主机。',
  },
  E_URL_BLOCKED: {
    en: 'The link leads to an address that is not allowed. Use a public link, or ask the person who looks after Darkroom to allow this host.',
    zh: '链接指向不允许访问的地址。请使用公开链接，或请负责维护 Darkroom 的同事放行该主机。',
  },
  E_URL_REDIRECTS: {
    en: 'The link is redirected more than {limit} times. Use the address at which the picture opens in the end.',
    zh: '链接重定向超过 {limit} 次。请使用图片最终打开时的地址。',
  },
  E_URL_DOWNGRADE: {
    en: 'The link is redirected from https to unprotected http. Use the address at which the picture opens in the end.',
    zh: '链接从 https 重定向到了不安全的 http。请使用图片最终打开时的地址。',
  },
  E_URL_SLACK: {
    en: 'The link leads into Slack, where Darkroom does not open single files. Put the picture on a web server and use its link.',
    zh: '链接指向 Slack，Darkroom 无法打开其中的单个文件。请把图片放到网站上并使用它的链接。',
  },
} as const satisfies Record<string, Sentences>;
