// The box that a person writes in: text, files to attach, and slash commands.
import { notify } from './dialogs.js';
import { h } from './dom.js';
import { act, readSample, sendMessage } from './server.js';
import { say, toSize } from './words.js';

const maxFiles = 10;
const maxHeight = 180;

/** A box for one channel or thread; `target` is `{ user, channel, threadTs }`. */
export class Composer {
  #target;
  #commands;
  #files = [];
  #text;
  #chips = h('div', { class: 'chips' });
  #send;
  /** What to put into the page. */
  node;

  constructor({ placeholder, commands, samples, target }) {
    this.#target = target;
    this.#commands = commands;
    const prefix = target.threadTs === undefined ? '' : 'thread-';
    this.#text = h('textarea', {
      rows: 1,
      placeholder,
      'aria-label': placeholder,
      'data-testid': `${prefix}composer`,
      oninput: () => this.#refresh(),
      onkeydown: (event) => this.#onKey(event),
    });
    this.#send = h(
      'button',
      {
        class: 'send',
        title: say('send'),
        'aria-label': say('send'),
        'data-testid': `${prefix}send`,
        disabled: true,
        onclick: () => void this.#submit(),
      },
      '➤',
    );
    const bar = [this.#buildPicker(prefix), this.#buildSamples(samples), this.#send];
    const bottom = h('div', { class: 'composer-bar' }, bar);
    this.node = h('div', { class: 'composer' }, this.#chips, this.#text, bottom);
  }

  /** Adds files to the message that is being written. */
  attach(files) {
    this.#files = [...this.#files, ...files].slice(0, maxFiles);
    this.#refresh();
    this.#text.focus();
  }

  #buildPicker(prefix) {
    const picker = h('input', {
      type: 'file',
      multiple: true,
      hidden: true,
      'data-testid': `${prefix}file-input`,
      onchange: () => {
        this.attach([...picker.files]);
        picker.value = '';
      },
    });
    const label = say('attach');
    const open = () => picker.click();
    const plus = { class: 'plus', title: label, 'aria-label': label, onclick: open };
    return [h('button', plus, '+'), picker];
  }

  #buildSamples(names) {
    if (names.length === 0) return undefined;
    const offer = (name) => {
      const attach = async () => this.attach([await readSample(name)]);
      return h('button', { class: 'link', 'data-testid': 'sample', onclick: attach }, name);
    };
    return h('span', { class: 'samples quiet' }, say('samples'), names.map(offer));
  }

  #onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.#submit();
  }

  #refresh() {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${Math.min(this.#text.scrollHeight, maxHeight)}px`;
    this.#send.disabled = this.#text.value.trim() === '' && this.#files.length === 0;
    this.#chips.replaceChildren(...this.#files.map((file) => this.#buildChip(file)));
  }

  #buildChip(file) {
    const remove = () => {
      this.#files = this.#files.filter((one) => one !== file);
      this.#refresh();
    };
    return h(
      'span',
      { class: 'chip', 'data-testid': 'chip' },
      h('span', { class: 'file-icon sheet tiny', 'aria-hidden': 'true' }),
      `${file.name} · ${toSize(file.size)}`,
      h('button', { 'aria-label': say('remove'), onclick: remove }, '×'),
    );
  }

  async #submit() {
    const text = this.#text.value.trim();
    const files = this.#files;
    if (text === '' && files.length === 0) return;
    const command = this.#commands.find((one) => `${text} `.startsWith(`${one} `));
    if (command && this.#target.threadTs !== undefined) return notify(say('joined', { command }));
    this.#text.value = '';
    this.#files = [];
    this.#refresh();
    try {
      if (command && files.length === 0) await this.#runCommand(command, text);
      else await sendMessage({ ...this.#target, text, files });
    } catch (error) {
      notify(error.message);
    }
  }

  async #runCommand(command, text) {
    const { user, channel } = this.#target;
    await act('slash', { user, channel, command, text: text.slice(command.length).trim() });
  }
}
