// What can go wrong between a usable link and a picture that the model can look at.

import type { Sentences } from './sentence.ts';

export const imageErrors = {
  E_IMAGE_HTTP_403: {
    en: '{host} refuses access to the picture (error {status}). The link may have expired or need a sign-in; use a public one.',
    zh: '{host} 拒绝访问该图片（错误 {status}）。链接可能已过期或需要登录，请使用公开链接。',
  },
  E_IMAGE_HTTP_404: {
    en: '{host} has no picture at this link (error {status}). Check the link in a browser and correct it.',
    zh: '{host} 上没有该链接的图片（错误 {status}）。请在浏览器中检查并更正链接。',
  },
  E_IMAGE_HTTP: {
    en: '{host} answered with error {status} instead of the picture. Check the link in a browser, or drop the to-do file again later.',
    zh: '{host} 返回了错误 {status}，没有返回图片。请在浏览器中检查链接，或稍后重新发送待办文件。',
  },
  E_IMAGE_TIMEOUT: {
    en: '{host} did not deliver the picture in time. Drop the to-do file again later, or use a faster server.',
    zh: '{host} 未能及时返回图片。请稍后重新发送待办文件，或换用更快的图片服务器。',
  },
  E_IMAGE_DNS: {
    en: 'There is no server named {host}. Check the link for a typing error.',
    zh: '找不到名为 {host} 的服务器。请检查链接是否有拼写错误。',
  },
  E_IMAGE_UNREACHABLE: {
    en: '{host} could not be reached, or broke the connection. Check the link in a browser, or drop the to-do file again later.',
    zh: '无法连接 {host}，或连接中途断开。请在浏览器中检查链接，或稍后重新发送待办文件。',
  },
  E_IMAGE_HOST_DOWN: {
    en: '{host} has delivered nothing for minutes, so its other pictures were not asked for. Drop the to-do file again when the site works.',
    zh: '{host} 已有数分钟没有返回任何图片，因此不再读取其余图片。请在该网站恢复后重新发送待办文件。',
  },
  E_IMAGE_TLS: {
    en: 'The security certificate of {host} is not valid, so the picture was not fetched. Tell the owner of the site, or use another link.',
    zh: '{host} 的安全证书无效，因此没有读取图片。请通知网站管理者，或使用其他链接。',
  },
  E_IMAGE_ENCODING: {
    en: '{host} sends the picture compressed as {encoding}, which is not accepted. Use a link that serves the plain picture file.',
    zh: '{host} 以 {encoding} 压缩方式发送图片，无法接受。请使用直接提供图片文件的链接。',
  },
  E_IMAGE_TOO_LARGE: {
    en: 'The picture file is larger than {limit} MB. Save it smaller, for example as JPEG.',
    zh: '图片文件超过 {limit} MB。请保存为较小的文件，例如 JPEG。',
  },
  E_IMAGE_EMPTY: {
    en: 'The picture file is empty. Upload the picture to your site again.',
    zh: '图片文件是空的。请把图片重新上传到网站。',
  },
  E_IMAGE_NOT_IMAGE: {
    en: 'The link leads to {found}, not to a picture. Use a link that opens the picture alone, such as {example}.',
    zh: '链接返回的是 {found}，不是图片。请使用直接打开图片的链接，例如 {example}。',
  },
  E_FILE_NOT_IMAGE: {
    en: 'The file is named like a picture and holds {found}. Replace it with a JPEG, PNG, WebP, GIF or AVIF file.',
    zh: '该文件名像图片，内容却是 {found}。请换成 JPEG、PNG、WebP、GIF 或 AVIF 文件。',
  },
  E_IMAGE_FORMAT: {
    en: 'The picture is a {format} file, which cannot be read. Export it as JPEG or PNG.',
    zh: '图片是 {format} 格式，无法读取。请导出为 JPEG 或 PNG。',
  },
  E_IMAGE_CORRUPT: {
    en: 'The picture file is damaged or incomplete. Open it, save it again as JPEG and upload it again.',
    zh: '图片文件已损坏或不完整。请打开后重新保存为 JPEG 并再次上传。',
  },
  E_IMAGE_TOO_MANY_PIXELS: {
    en: 'The picture has {megapixels} megapixels; the limit is {limit}. Save it smaller.',
    zh: '图片有 {megapixels} 百万像素，上限为 {limit}。请缩小后再使用。',
  },
  E_IMAGE_DIMENSIONS: {
    en: 'The picture measures {width}×{height} pixels: too small or too narrow to show anything. Use a larger picture.',
    zh: '图片尺寸为 {width}×{height} 像素，过小或过窄，无法看清内容。请使用更大的图片。',
  },
} as const satisfies Record<string, Sentences>;
