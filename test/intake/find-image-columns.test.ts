import { describe, expect, it } from 'vitest';
import { type Fault, UserError } from '../../src/errors.ts';
import { findImageColumns } from '../../src/intake/find-image-columns.ts';
import { isImageName } from '../../src/intake/image-names.ts';

const names = `
  image_url, Image URL, IMAGE-URL, \uFEFFimage, Images, image_link, image urls, ｉｍａｇｅ, img, img_src,
  additional_image_link, lifestyle image link, Image Src, Variant Image, Variant image URL, picture,
  Product image URL, Product Image URL - 1, Product image 1, Photo, photos, PicURL, IMAGE10, image1,
  main_image_url, other_image_url1, image_2_url, Hosted Image URLs, base_image, Image URLs (x; y; z),
  图片, 图片链接, 图片1, 图片地址2, 主图, 主图链接, 主图URL, 商品图片, 商品主图, 副图, 副图2, 图1, 新图片,
  产品图片链接, 宝贝图片, 轮播图, 商品轮播图, SKU图, 规格图片, 白底图`
  .trim()
  .split(/,\s+/);

const others = `
  title, Image Alt Text, Image Position, image_count, image_id, photographer, imagination, url, link,
  product_url, video, picture_name, 图片数量, 主图视频, 商品名称, 图书名称, 链接, __proto__, `
  .trimStart()
  .split(/,\s+/);

function refusalOf(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Fault | undefined {
  try {
    findImageColumns(columns, rows);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return thrown.fault;
  }
}

const jpg = 'https://cdn.example/a.jpg';

describe('the image columns', () => {
  it.each(names)('are known by the name %s', (name) => {
    expect(isImageName(name)).toBe(true);
  });

  it.each(others)('are not taken for one by the name "%s"', (name) => {
    expect(isImageName(name)).toBe(false);
  });

  it('are all that are named so, in the order of the table', () => {
    const row = [jpg, 'x', jpg, ''];
    expect(findImageColumns(['image_link', 'title', '图片2', 'image3'], [row])).toEqual([0, 2, 3]);
  });

  it('leave out a column of file names beside one of links', () => {
    expect(findImageColumns(['image', 'image_url'], [['a.jpg', jpg]])).toEqual([1]);
    expect(findImageColumns(['image', 'title'], [['a.jpg', 'Mug']])).toEqual([0]);
  });

  it.each([
    ['a picture link', jpg],
    ['a picture link with a query', 'https://cdn.example/a.PNG?w=300&h=300'],
    ['a Taobao thumbnail', 'https://img.alicdn.com/a/O1CN.jpg_400x400.jpg_.webp'],
    ['a format in the query', 'https://cdn.example/x?id=7&wx_fmt=jpeg'],
  ])('are found by %s where no name tells', (_, cell) => {
    const rows = [
      ['1', cell, 'https://shop.example/p/1'],
      ['2', '', ''],
    ];
    expect(findImageColumns(['id', 'front', 'page'], rows)).toEqual([1]);
  });

  it('are found by a name that speaks of pictures over links of any kind', () => {
    const rows = [['https://cdn.example/17', 'https://shop.example/17']];
    expect(findImageColumns(['front image view', 'page'], rows)).toEqual([0]);
    expect(findImageColumns(['商品大图（正面）', 'page'], rows)).toEqual([0]);
  });

  it('are found by content where the column with the right name is blank', () => {
    expect(findImageColumns(['image', 'foto'], [['', jpg]])).toEqual([1]);
  });

  it.each([
    ['imgurl1x', 'imgurl1x → image_url'],
    ['pitcure', 'pitcure → image_url'],
    ['title', 'image_url'],
  ])('are missing where there is only %s: says what to name how', (name, rename) => {
    expect(refusalOf([name], [['text']])).toEqual({
      code: 'E_CSV_NO_IMAGE_COLUMN',
      params: { columns: name, rename },
    });
  });

  it('are missing in a table of many columns: lists only the first 20', () => {
    const columns = Array.from({ length: 21 }, (_, i) => `c${i}`);
    const listed = `${columns.slice(0, 20).join(', ')}, …`;
    expect(refusalOf(columns, [])).toMatchObject({ params: { columns: listed } });
  });
});
