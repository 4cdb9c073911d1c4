// Column names that promise pictures, as shop systems export them: Shopify `Image Src`, `Variant Image`,
// WooCommerce `Images`, Google Merchant `additional_image_link`, Amazon `main_image_url`, 主图链接, 图片1.

import { editDistance } from '../batch/nearest.ts';

const english = new RegExp(
  '^(?:product|item|main|primary|base|additional|other|extra|more|variant|featured|gallery|hosted|' +
    'lifestyle|sku|goods|cover)?(?:image|img|picture|pic|photo)s?\\d*' +
    '(?:url|link|src|source|address|href|path|file)?s?\\d*$',
);
const chinese = new RegExp(
  '^(?:商品|产品|宝贝|货品|款式|规格|颜色|sku|新)*' +
    '(?:主图|副图|附图|辅图|图片|轮播图|白底图|场景图|封面图|实拍图|效果图|展示图|图|照片|相片)\\d*' +
    '(?:链接|地址|网址|路径|url|link)?\\d*$',
);
const hint = /image|img|pict?(?:ure)?s?(?:url|link|$)|photo|图|照片/;

const wellKnown = [
  'imageurl',
  'imagelink',
  'imagesrc',
  'images',
  'image',
  'picture',
  'photo',
  '图片链接',
];
const maxTypos = 2;

/** Lower case, without what people put between words: "Image URL", "image-url" and "image_url" are one. */
export function toPlainName(name: string): string {
  const unbracketed = name.normalize('NFKC').replaceAll(/\([^)]*\)/g, '');
  return unbracketed.toLowerCase().replaceAll(/[\s\p{P}\p{S}\u200B\uFEFF]/gu, '');
}

/** True for names that alone make a column an image column. */
export function isImageName(name: string): boolean {
  const plain = toPlainName(name);
  return english.test(plain) || chinese.test(plain);
}

/** True for names that speak of pictures in some way; the column's content must decide. */
export function hasImageHint(name: string): boolean {
  return hint.test(toPlainName(name));
}

/** True for a name a slip or two away from a usual one, such as "imgae_url". */
export function isNearImageName(name: string): boolean {
  const plain = toPlainName(name);
  return wellKnown.some(
    (known) => known.length > 2 * maxTypos && editDistance(plain, known) <= maxTypos,
  );
}
