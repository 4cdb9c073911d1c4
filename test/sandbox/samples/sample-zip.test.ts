import { expect, it } from 'vitest';
import { parsePictureName } from '../../../src/sandbox/pictures/picture-name.ts';
import { drawPicture } from '../../../src/sandbox/pictures/draw-picture.ts';
import { sampleZip } from '../../../src/sandbox/samples/sample-zip.ts';
import { readPicture } from '../../../src/intake/bundle/read-picture.ts';
import { archive, readBundle } from '../../intake/bundle/archives.ts';

it('the sample zip holds six sound pictures, a row each', async () => {
  const bytes = await sampleZip();
  await readBundle([archive(bytes)], async ({ rows, paths: [path = ''] }) => {
    expect(rows).toHaveLength(6);
    const [image] = rows[0]?.images ?? [];
    if (image === undefined || typeof image === 'string') throw new Error('no picture');
    const spec = parsePictureName(image.name);
    if (spec === undefined) throw new Error('no name of a picture');
    expect(await readPicture(path, image)).toEqual(await drawPicture(spec));
  });
});
