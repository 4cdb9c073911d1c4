// Where bytes travel: uploads to the addresses that files.getUploadURLExternal gave, and downloads with the bot's token.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isVisibleToBot } from './file-objects.ts';
import { type Answer, answerThrough, loginAnswer, readBody, toTextAnswer } from './http-answer.ts';
import { receiveUpload } from './methods/file-methods.ts';
import type { StoredFile } from './store.ts';
import type { World } from './world.ts';

const maxFileBytes = 1024 ** 3;

/** Answers `POST /upload/v1/<id>` with a raw or a multipart body. */
export async function handleUpload(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = (request.url ?? '').split('/').at(-1) ?? '';
  const fault = world.desk.take('upload');
  if (fault.drop === 'before') return void response.destroy();
  const raw = await readBody(request, maxFileBytes);
  const bytes = await unwrapMultipart(raw, request.headers['content-type'] ?? '');
  await answerThrough(fault, response, () =>
    receiveUpload(world, id, bytes)
      ? toTextAnswer(`OK - ${bytes.length}`)
      : toTextAnswer('Bad Request: unknown upload, or not as many bytes as announced', 400),
  );
}

async function unwrapMultipart(raw: Buffer, contentType: string): Promise<Buffer> {
  if (!contentType.startsWith('multipart/form-data')) return raw;
  const form = await new Response(new Uint8Array(raw), {
    headers: { 'content-type': contentType },
  }).formData();
  const [part] = form.values();
  return part instanceof Blob ? Buffer.from(await part.arrayBuffer()) : Buffer.from(part ?? '');
}

/** Answers `GET /files-pri/<team>-<id>/…`: the bytes for the bot's token, else the login page with 200, as Slack does. */
export async function handleDownload(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '';
  const id = /^\/files-pri\/[^/]*-([A-Z0-9]+)\//.exec(path)?.[1] ?? '';
  const isAllowed =
    request.headers.authorization === `Bearer ${world.tokens.bot}` &&
    world.settings.scopes.has('files:read');
  await answerThrough(world.desk.take('download'), response, () => {
    const stored = world.store.files.get(id);
    if (!isAllowed || (stored && !isVisibleToBot(world, stored))) return loginAnswer;
    return toFileAnswer(stored, path.includes('/download/'));
  });
}

/** The bytes of a file, or 404 when there are none (any more). */
export function toFileAnswer(stored: StoredFile | undefined, asAttachment: boolean): Answer {
  if (!stored?.bytes) return toTextAnswer('Not Found', 404);
  const { name, mimetype } = stored.object;
  const kind = asAttachment ? 'attachment' : 'inline';
  return {
    status: 200,
    headers: {
      'content-type': mimetype || 'application/octet-stream',
      'content-disposition': `${kind}; filename*=UTF-8''${encodeURIComponent(name ?? 'file')}`,
    },
    body: stored.bytes,
  };
}
