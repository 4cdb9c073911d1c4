// What can be wrong with a bundle of pictures: an archive as a whole, a picture in it, or its table.

import type { Sentences } from './sentence.ts';

export const bundleErrors = {
  E_ZIP_INVALID: {
    en: '"{name}" is no readable zip; it may have been cut off on its way. Pack the pictures again and drop that file.',
    zh: '“{name}”不是可读取的 zip 文件，可能传输不完整。请重新压缩图片后发送。',
  },
  E_ZIP_EMPTY: {
    en: '"{name}" is empty. Pack the pictures into it and drop it again.',
    zh: '“{name}”是空的。请把图片放进去重新压缩后发送。',
  },
  E_ZIP_NO_IMAGES: {
    en: '"{name}" holds no pictures (found: {found}). Pack JPEG, PNG, WebP, GIF or AVIF files and drop it again.',
    zh: '“{name}”中没有图片（找到的文件：{found}）。请放入 JPEG、PNG、WebP、GIF 或 AVIF 图片后重新发送。',
  },
  E_ZIP_UNSAFE_PATH: {
    en: 'The zip holds a file whose name leads out of it: "{entry}". Nothing was read. Pack the pictures again with an ordinary program.',
    zh: 'zip 中有文件名指向压缩包之外：“{entry}”，因此没有读取任何内容。请用常规压缩软件重新压缩。',
  },
  E_ZIP_SYMLINK: {
    en: '"{entry}" in the zip is a link to another file. Pack the pictures themselves and drop the zip again.',
    zh: 'zip 中的“{entry}”是指向其他文件的链接。请直接压缩图片文件后重新发送。',
  },
  E_ZIP_ENCRYPTED: {
    en: '"{name}" is protected by a password. Remove the password and drop it again.',
    zh: '“{name}”设有密码。请取消密码后重新发送。',
  },
  E_ZIP_BOMB: {
    en: 'The zip would grow beyond all measure when unpacked, at "{entry}". Nothing was read. Pack the pictures again with an ordinary program.',
    zh: 'zip 解压后会异常膨胀（“{entry}”），因此没有读取任何内容。请用常规压缩软件重新压缩。',
  },
  E_ZIP_TOO_LARGE: {
    en: 'Unpacked, the pictures have more than {limit} MB. Split them into several zips and drop them in several messages.',
    zh: '解压后的图片超过 {limit} MB。请拆分成多个 zip，分多条消息发送。',
  },
  E_ZIP_TOO_MANY: {
    en: '"{name}" holds {found} files; the limit is {limit}. Split it into several zips and drop them in several messages.',
    zh: '“{name}”中有 {found} 个文件，上限为 {limit} 个。请拆分成多个 zip，分多条消息发送。',
  },
  E_ZIP_METHOD: {
    en: '"{entry}" in the zip is compressed in a way that is not supported (method {method}). Pack the pictures again as an ordinary zip.',
    zh: 'zip 中的“{entry}”使用了不支持的压缩方式（方式 {method}）。请重新压缩为普通 zip。',
  },
  E_ZIP_SPLIT: {
    en: '"{name}" is one part of a zip that was split into several. Pack the pictures into one zip and drop it.',
    zh: '“{name}”是分卷压缩包的一部分。请压缩成一个完整的 zip 后发送。',
  },
  E_ZIP_DUPLICATE: {
    en: '"{entry}" stands twice in the zip. Pack the pictures again, each once, and drop it again.',
    zh: '“{entry}”在 zip 中出现了两次。请重新压缩，每张图片只放一次，然后重新发送。',
  },
  E_ZIP_CORRUPT: {
    en: 'The picture "{name}" is damaged inside the zip. Pack it again.',
    zh: 'zip 中的图片“{name}”已损坏，请重新压缩。',
  },
  E_ZIP_MANIFEST_AMBIGUOUS: {
    en: 'There are several tables beside the pictures ({names}), so I cannot tell which one belongs to them. Keep one and drop everything again.',
    zh: '图片旁边有多个表格（{names}），无法判断应使用哪一个。请只保留一个，然后重新发送。',
  },
  E_ZIP_MANIFEST_NO_COLUMN: {
    en: 'No column of "{name}" names the pictures beside it. Columns found: {columns}. Add a column called image with their names, or leave the table out, and drop everything again.',
    zh: '“{name}”中没有写图片名的列。现有的列：{columns}。请添加名为 image 的列并填写图片名，或去掉该表格，然后重新发送。',
  },
  E_ZIP_MANIFEST_NO_MATCH: {
    en: 'No row names a picture that is there: the table says "{wanted}", the pictures are called, for example, "{found}". Correct the names in the table and drop everything again.',
    zh: '没有任何一行对应到已有的图片：表格中写的是“{wanted}”，而图片名例如“{found}”。请更正表格中的图片名，然后重新发送。',
  },
  E_ROW_IMAGE_NOT_IN_ZIP: {
    en: 'No picture named "{name}" came with the table; there is one named "{nearest}". Correct the name, or add the picture.',
    zh: '没有找到名为“{name}”的图片，现有的例如“{nearest}”。请更正图片名，或补上该图片。',
  },
  E_ROW_IMAGE_AMBIGUOUS: {
    en: 'There are several pictures named "{name}", such as "{first}" and "{second}". Write the folder before the name.',
    zh: '有多张名为“{name}”的图片，例如“{first}”和“{second}”。请在图片名前写上文件夹名。',
  },
} as const satisfies Record<string, Sentences>;
