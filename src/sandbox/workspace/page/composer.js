// The box that a person writes in: text, files to attach, and slash commands.
import { notify } from './dialogs.js';
import { h } from './dom.js';
import { act, sendMessage } from './server.js';
import { say, toSize } from './words.js';

/** Creates a composer; `options` is `{ placeholder, commands, target() }` with user, channel and threadTs. */
export function createComposer({ placeholder, commands, target }) {
  const isThread = target().threadTs !== undefined;
  const prefix = isThread ? 'thread-' : '';
  let files = [];

  const text = h('textarea', {
    rows: 1,
    placeholder,
    'aria-label': placeholder,
    'data-testid': `${prefix}composer`,
    oninput: () => grow(),
    onkeydown: (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void send();
    },
  });
  const picker = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    'data-testid': `${prefix}file-input`,
    onchange: () => {
      attach([...picker.files]);
      picker.value = '';
    },
  });
  const chips = h('div', { class: 'chips' });
  const button = h(
    'button',
    {
      class: 'send',
      title: say('send'),
      'aria-label': say('send'),
      'data-testid': `${prefix}send`,
      onclick: () => void send(),
    },
    '➤',
  );

  function grow() {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
    button.disabled = text.value.trim() === '' && files.length === 0;
  }

  function attach(added) {
    files = [...files, ...added].slice(0, 10);
    showChips();
    text.focus();
  }

  function showChips() {
    chips.replaceChildren(
      ...files.map((file) =>
        h(
          'span',
          { class: 'chip', 'data-testid': 'chip' },
          h('span', { class: 'file-icon sheet tiny', 'aria-hidden': 'true' }),
          `${file.name} · ${toSize(file.size)}`,
          h(
            'button',
            {
              'aria-label': say('remove'),
              onclick: () => {
                files = files.filter((one) => one !== file);
                showChips();
              },
            },
            '×',
          ),
        ),
      ),
    );
    grow();
  }

  async function send() {
    const typed = text.value.trim();
    if (typed === '' && files.length === 0) return;
    const sent = files;
    const command = sent.length === 0 && commands.find((one) => `${typed} `.startsWith(`${one} `));
    if (command && isThread) return notify(say('joined', { command }));
    text.value = '';
    files = [];
    showChips();
    try {
      if (command) {
        const { user, channel } = target();
        await act('slash', { user, channel, command, text: typed.slice(command.length).trim() });
      } else await sendMessage({ ...target(), text: typed, files: sent });
    } catch (error) {
      notify(error.message);
    }
  }

  const node = h(
    'div',
    { class: 'composer' },
    chips,
    text,
    h(
      'div',
      { class: 'composer-bar' },
      h(
        'button',
        {
          class: 'plus',
          title: say('attach'),
          'aria-label': say('attach'),
          onclick: () => picker.click(),
        },
        '+',
      ),
      picker,
      button,
    ),
  );
  grow();
  return { node, attach };
}
