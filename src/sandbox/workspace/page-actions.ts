// What a person does on the page, as POST requests: JSON, or a form with files for a message.
import type { IncomingMessage } from 'node:http';
import { type Answer, readBody, toJsonAnswer } from './http-answer.ts';
import { isJson, type Json, toText } from './json.ts';
import * as interactions from './person-interactions.ts';
import * as messages from './person-messages.ts';
import type { View } from './slack-objects.ts';
import type { World } from './world.ts';

const maxBytes = 1024 ** 3;

type Action = (world: World, asked: Json) => unknown;

const actions: Record<string, Action> = {
  slash: (world, asked) =>
    interactions.slash(world, {
      ...where(asked),
      command: toText(asked['command']),
      text: toText(asked['text']),
    }),
  click: (world, asked) =>
    interactions.click(world, {
      ...where(asked),
      messageTs: toText(asked['messageTs']),
      actionId: toText(asked['actionId']),
      ...(typeof asked['value'] === 'string' && { value: asked['value'] }),
    }),
  shortcut: (world, asked) =>
    interactions.shortcut(world, {
      ...where(asked),
      messageTs: toText(asked['messageTs']),
      callbackId: toText(asked['callbackId']),
    }),
  invite: (world, asked) => messages.invite(world, where(asked)),
  'open-home': (world, asked) => {
    const tab = asked['tab'] === 'messages' ? 'messages' : 'home';
    messages.openHome(world, { user: where(asked).user, tab });
  },
  'submit-modal': (world, asked) =>
    interactions.submitModal(world, {
      user: where(asked).user,
      values: toValues(asked['values']),
    }),
  'close-modal': (world, asked) => interactions.closeModal(world, where(asked)),
};

/** Runs an action; what goes wrong comes back as a sentence in `error`. */
export async function runPageAction(
  world: World,
  name: string,
  request: IncomingMessage,
): Promise<Answer> {
  const body = await readBody(request, maxBytes);
  try {
    if (name === 'send') {
      const form = await readForm(body, request.headers['content-type'] ?? '');
      return toJsonAnswer({ ok: true, result: await send(world, form) });
    }
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) return toJsonAnswer({ ok: false, error: `no action ${name}` }, 404);
    const asked: unknown = JSON.parse(body.toString('utf8'));
    const result = await action(world, isJson(asked) ? asked : {});
    return toJsonAnswer({ ok: true, result });
  } catch (error) {
    return toJsonAnswer({ ok: false, error: error instanceof Error ? error.message : 'failed' });
  }
}

function where(asked: Json): { user: string; channel: string } {
  return { user: toText(asked['user']), channel: toText(asked['channel']) };
}

function readForm(body: Buffer, contentType: string): Promise<FormData> {
  return new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
}

async function send(world: World, form: FormData): Promise<messages.Place> {
  const field = (name: string): string => toText(form.get(name));
  const uploads = form.getAll('files').filter((part): part is File => part instanceof File);
  const files = await Promise.all(
    uploads.map(async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
  const threadTs = field('threadTs');
  return messages.drop(world, {
    user: field('user'),
    channel: field('channel'),
    text: field('text'),
    files,
    ...(threadTs !== '' && { threadTs }),
  });
}

function toValues(value: unknown): View['state']['values'] {
  const values: View['state']['values'] = {};
  for (const [blockId, block] of Object.entries(isJson(value) ? value : {})) {
    const fields = Object.entries(isJson(block) ? block : {});
    values[blockId] = Object.fromEntries(
      fields.filter((field): field is [string, Json] => isJson(field[1])),
    );
  }
  return values;
}
