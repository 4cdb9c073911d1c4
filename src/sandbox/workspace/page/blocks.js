// Block Kit as Slack draws it. What a person presses is handed to `press(element, option)`.
import { h } from './dom.js';
import { renderMrkdwn, withEmoji } from './mrkdwn.js';
import { renderMarkdown, renderRichText } from './rich-text.js';
import { say } from './words.js';

/** Nodes for a list of blocks; `context` is `{ people, press }`. */
export function renderBlocks(blocks, context) {
  return blocks.map((block) => {
    const render = renderers[block.type];
    const content = render ? render(block, context) : `[${block.type}]`;
    return h(
      'div',
      { class: `block block-${block.type}`, 'data-block-id': block.block_id },
      content,
    );
  });
}

/** A text object, plain or mrkdwn. */
export function renderText(text, people) {
  if (text.type === 'mrkdwn') return renderMrkdwn(text.text, people);
  return [text.emoji === false ? text.text : withEmoji(text.text)];
}

const renderers = {
  section: ({ text, fields, accessory }, context) => [
    h(
      'div',
      { class: 'section-body' },
      text && h('div', { class: 'text' }, renderText(text, context.people)),
      fields &&
        h(
          'div',
          { class: 'fields' },
          fields.map((field) => h('div', { class: 'text' }, renderText(field, context.people))),
        ),
    ),
    accessory ? renderElement(accessory, context) : undefined,
  ],
  header: ({ text }, { people }) => h('h3', {}, renderText(text, people)),
  divider: () => h('hr'),
  context: ({ elements }, context) =>
    elements.map((element) =>
      element.type === 'image'
        ? renderElement(element, context)
        : h('span', { class: 'text' }, renderText(element, context.people)),
    ),
  actions: ({ elements }, context) => elements.map((element) => renderElement(element, context)),
  image: ({ image_url, alt_text, title }, { people }) =>
    h(
      'figure',
      {},
      title && h('figcaption', {}, renderText(title, people)),
      h('img', { src: image_url, alt: alt_text }),
    ),
  markdown: (block) => renderMarkdown(block),
  rich_text: (block, { people }) => renderRichText(block, people),
  table: ({ rows }, { people }) => renderTable(rows, people),
  data_table: ({ rows, caption }, { people }) => [
    h('div', { class: 'caption' }, caption),
    renderTable(rows, people),
  ],
  plan: ({ title, tasks = [] }, context) => [
    h('b', {}, title),
    tasks.map((task) => renderers.task_card(task, context)),
  ],
  task_card: ({ title, status }) => {
    const signs = { complete: '✅', in_progress: '⏳', error: '❌' };
    return h('div', { class: 'task' }, `${signs[status] ?? '○'} ${title}`);
  },
};

function renderTable(rows, people) {
  const cells = (row, tag) =>
    row.map((cell) =>
      h(
        tag,
        {},
        cell.type === 'rich_text' ? renderRichText(cell, people) : (cell.text ?? cell.value),
      ),
    );
  const [head, ...body] = rows;
  return h(
    'table',
    {},
    h('thead', {}, h('tr', {}, cells(head, 'th'))),
    h(
      'tbody',
      {},
      body.map((row) => h('tr', {}, cells(row, 'td'))),
    ),
  );
}

function renderElement(element, { people, press }) {
  if (element.type === 'image') return h('img', { src: element.image_url, alt: element.alt_text });
  if (element.type === 'button') {
    return h(
      'button',
      {
        class: `button ${element.style ?? ''}`,
        'data-testid': `action-${element.action_id}`,
        'data-value': element.value,
        'aria-label': element.accessibility_label,
        onclick: () => press(element),
      },
      renderText(element.text, people),
    );
  }
  if (element.options || element.option_groups) return renderMenu(element, press);
  return h('span', { class: 'quiet' }, `[${element.type}]`);
}

/** One choice of a menu. */
export function renderOption({ text, value }) {
  return h('option', { value }, withEmoji(text.text));
}

function renderMenu(element, press) {
  const select = h(
    'select',
    {
      'data-testid': `action-${element.action_id}`,
      onchange: () => {
        const { value } = select;
        select.value = '';
        press(element, value);
      },
    },
    h('option', { value: '', disabled: true }, element.placeholder?.text ?? say('choose')),
    (element.options ?? []).map(renderOption),
    (element.option_groups ?? []).map(({ label, options }) =>
      h('optgroup', { label: label.text }, options.map(renderOption)),
    ),
  );
  select.value = element.initial_option?.value ?? '';
  return select;
}
