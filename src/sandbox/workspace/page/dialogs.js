// Questions before a button acts, an app's modals, and short notices.
import { renderBlocks, renderOption, renderText } from './blocks.js';
import { h } from './dom.js';
import { act } from './server.js';
import { say } from './words.js';

/** Asks as a confirm object says; settles with true when the person agrees. */
export function confirmFirst(confirm, people) {
  return new Promise((resolve) => {
    const answer = (isYes) => () => {
      dialog.close();
      dialog.remove();
      resolve(isYes);
    };
    const dialog = h(
      'dialog',
      { class: 'dialog', 'data-testid': 'confirm', oncancel: answer(false) },
      h('h2', {}, renderText(confirm.title, people)),
      h('div', { class: 'text' }, renderText(confirm.text, people)),
      h(
        'footer',
        {},
        h(
          'button',
          { class: 'button', 'data-testid': 'confirm-no', onclick: answer(false) },
          renderText(confirm.deny, people),
        ),
        h(
          'button',
          {
            class: `button ${confirm.style ?? 'primary'}`,
            'data-testid': 'confirm-yes',
            onclick: answer(true),
          },
          renderText(confirm.confirm, people),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Shows a sentence for a few seconds. */
export function notify(text) {
  const toast = h('div', { class: 'toast', 'data-testid': 'toast' }, text);
  document.querySelector('#toasts').append(toast);
  setTimeout(() => toast.remove(), 6000);
}

let shown;

/** Shows an app's modal, or takes it away when there is none. */
export function showModal(view, { me, people }) {
  if (shown?.hash === view?.hash) return;
  shown?.dialog.remove();
  shown = undefined;
  if (!view) return;
  const form = h(
    'form',
    { onsubmit: (event) => void submit(event, view, me) },
    h('h2', {}, renderText(view.title, people)),
    view.blocks.map((block) => renderModalBlock(block, people)),
    h(
      'footer',
      {},
      h(
        'button',
        {
          class: 'button',
          type: 'button',
          'data-testid': 'modal-close',
          onclick: () => void close(me),
        },
        view.close?.text ?? say('cancel'),
      ),
      view.submit &&
        h(
          'button',
          { class: 'button primary', 'data-testid': 'modal-submit' },
          renderText(view.submit, people),
        ),
    ),
  );
  const dialog = h('dialog', { class: 'dialog modal', 'data-testid': 'modal' }, form);
  dialog.addEventListener('cancel', () => void close(me));
  document.body.append(dialog);
  dialog.showModal();
  shown = { hash: view.hash, dialog };
}

function renderModalBlock(block, people) {
  if (block.type !== 'input') return renderBlocks([block], { people, press: () => {} });
  const { element } = block;
  return h(
    'label',
    { class: 'input', 'data-block-id': block.block_id },
    block.label.text,
    renderInput(element, { name: block.block_id, required: !block.optional }),
    block.hint && h('small', {}, block.hint.text),
    h('small', { class: 'error', 'data-error': block.block_id }),
  );
}

function renderInput(element, properties) {
  if (element.options) {
    return h('select', properties, element.options.map(renderOption));
  }
  const tag = element.multiline ? 'textarea' : 'input';
  const input = h(tag, { ...properties, placeholder: element.placeholder?.text });
  input.value = element.initial_value ?? '';
  return input;
}

async function submit(event, view, me) {
  event.preventDefault();
  const form = new FormData(event.target);
  const values = {};
  for (const { type, block_id, element } of view.blocks) {
    if (type !== 'input') continue;
    const value = form.get(block_id);
    const selected = element.options?.find((option) => option.value === value);
    const answer = element.options
      ? { selected_option: selected ?? null }
      : { value: value || null };
    values[block_id] = { [element.action_id]: { type: element.type, ...answer } };
  }
  try {
    const errors = await act('submit-modal', { user: me, values });
    for (const [id, text] of Object.entries(errors ?? {})) {
      document.querySelector(`[data-error="${CSS.escape(id)}"]`).textContent = text;
    }
  } catch (error) {
    notify(error.message);
  }
}

async function close(me) {
  await act('close-modal', { user: me }).catch((error) => notify(error.message));
}
