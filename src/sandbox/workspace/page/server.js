// Talks to the workspace's server.

/** What one person sees now. */
export async function readState(user) {
  const response = await fetch(`/page-api/state?user=${encodeURIComponent(user)}`);
  return response.json();
}

/** Calls `onChange` for everything that changes; returns a function that stops it. */
export function listen(user, onChange, onOpen) {
  const source = new EventSource(`/page-api/live?user=${encodeURIComponent(user)}`);
  source.addEventListener('message', (event) => onChange(JSON.parse(event.data)));
  source.addEventListener('open', onOpen);
  return () => source.close();
}

/** Does something as a person; throws with the sentence that the server answers. */
export async function act(name, asked) {
  return post(name, JSON.stringify(asked));
}

/** Sends one message with files. */
export async function sendMessage({ files, ...fields }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value ?? '');
  for (const file of files) form.append('files', file, file.name);
  return post('send', form);
}

async function post(name, body) {
  const response = await fetch(`/page-api/${name}`, { method: 'POST', body });
  const answer = await response.json();
  if (!answer.ok) throw new Error(answer.error);
  return answer.result;
}

/** A file that the workspace offers to drop. */
export async function readSample(name) {
  const response = await fetch(`/samples/${encodeURIComponent(name)}`);
  const bytes = await response.blob();
  return new File([bytes], name, { type: bytes.type });
}

/** Where a file's bytes are. */
export function fileAddress(id) {
  return `/page-api/file/${id}`;
}
