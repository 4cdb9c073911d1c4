// Block Kit's blocks and elements with Slack's limits: docs.slack.dev/reference/block-kit
import {
  address,
  anyOf,
  anything,
  byType,
  flag,
  list,
  oneOf,
  plain,
  type Rule,
  shape,
  string,
  text,
  whole,
} from './block-rules.ts';

const id = string(255, 1);

const confirm = shape(
  { title: plain(100), text: text(300), confirm: plain(30), deny: plain(30) },
  { style: oneOf('primary', 'danger') },
);

const option = shape(
  { text: text(75), value: string(150, 1) },
  { description: text(75), url: address },
);

const interactive = { action_id: id, confirm, focus_on_load: flag };
const groups = list(shape({ label: plain(75), options: list(option, 100) }), 100);

function menu(more: Record<string, Rule>): Rule {
  return shape({}, { ...interactive, placeholder: plain(150), ...more });
}

function choice(more: Record<string, Rule>): Rule {
  return anyOf(
    ['options', 'option_groups'],
    menu({ options: list(option, 100), option_groups: groups, ...more }),
  );
}

const image = anyOf(
  ['image_url', 'slack_file'],
  shape({ alt_text: string(2000, 1) }, { image_url: address, slack_file: anything }),
);

const button = shape(
  { text: plain(75) },
  {
    action_id: id,
    confirm,
    value: string(2000),
    url: address,
    style: oneOf('primary', 'danger'),
    accessibility_label: string(75),
  },
);

const actionElements: Record<string, Rule> = {
  button,
  static_select: choice({ initial_option: option }),
  multi_static_select: choice({ initial_options: list(option, 100), max_selected_items: anything }),
  users_select: menu({ initial_user: id }),
  conversations_select: menu({ initial_conversation: id, filter: anything }),
  channels_select: menu({ initial_channel: id }),
  overflow: shape({ options: list(option, 5) }, { action_id: id, confirm }),
  checkboxes: shape(
    { options: list(option, 10) },
    { ...interactive, initial_options: list(option, 10) },
  ),
  radio_buttons: shape({ options: list(option, 10) }, { ...interactive, initial_option: option }),
  datepicker: menu({ initial_date: string(10, 10) }),
};

const inputElements: Record<string, Rule> = {
  ...actionElements,
  plain_text_input: menu({
    multiline: flag,
    initial_value: string(3000),
    min_length: whole(0, 3000),
    max_length: whole(1, 3000),
    dispatch_action_config: anything,
  }),
  number_input: menu({
    is_decimal_allowed: flag,
    initial_value: anything,
    min_value: anything,
    max_value: anything,
  }),
  file_input: shape({}, { action_id: id, filetypes: anything, max_files: whole(1, 10) }),
};

const richParts = byType({
  rich_text_section: shape({ elements: list(anything, 1000, 0) }),
  rich_text_list: shape(
    { elements: list(anything, 1000), style: oneOf('bullet', 'ordered') },
    { indent: whole(0, 8), offset: anything, border: anything },
  ),
  rich_text_quote: shape({ elements: list(anything, 1000) }, { border: anything }),
  rich_text_preformatted: shape(
    { elements: list(anything, 1000) },
    { border: anything, language: anything },
  ),
});

const task = shape(
  { task_id: string(255, 1), title: string(255, 1) },
  {
    status: oneOf('pending', 'in_progress', 'complete', 'error'),
    details: anything,
    output: anything,
    sources: anything,
  },
);

const cell = byType({
  raw_text: shape({ text: string(3000) }),
  raw_number: shape({ value: anything }, { text: string(3000) }),
  rich_text: shape({ elements: list(richParts, 100) }),
});

/** Blocks for every surface. */
const common: Record<string, Rule> = {
  section: anyOf(
    ['text', 'fields'],
    shape(
      {},
      {
        block_id: id,
        text: text(3000),
        fields: list(text(2000), 10),
        accessory: byType({ ...actionElements, image }),
        expand: flag,
      },
    ),
  ),
  header: shape({ text: plain(150) }, { block_id: id, level: whole(1, 4) }),
  divider: shape({}, { block_id: id }),
  context: shape(
    { elements: list(byType({ image, plain_text: plain(3000), mrkdwn: text(3000) }), 10) },
    { block_id: id },
  ),
  actions: shape({ elements: list(byType(actionElements), 25) }, { block_id: id }),
  image: anyOf(
    ['image_url', 'slack_file'],
    shape(
      { alt_text: string(2000, 1) },
      { block_id: id, image_url: address, slack_file: anything, title: plain(2000) },
    ),
  ),
  input: shape(
    { label: plain(2000), element: byType(inputElements) },
    { block_id: id, hint: plain(2000), optional: flag, dispatch_action: flag },
  ),
  rich_text: shape({ elements: list(richParts, 100) }, { block_id: id }),
};

const messageOnly: Record<string, Rule> = {
  markdown: shape({ text: string(12_000, 1) }),
  table: shape({ rows: list(list(cell, 20), 100) }, { block_id: id, column_settings: anything }),
  data_table: shape(
    { caption: string(255, 1), rows: list(list(cell, 20), 201, 2) },
    { block_id: id, page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
  ),
  plan: shape({ title: string(255, 1) }, { block_id: id, tasks: list(task, 50), status: anything }),
  task_card: task,
};

/** The blocks of each surface. */
export const blockRules = {
  message: byType({ ...common, ...messageOnly }),
  modal: byType({
    ...common,
    alert: shape({ text: text(3000) }, { block_id: id, level: anything }),
  }),
  home: byType(common),
};

/** Elements that get an action id when they come without one. */
export const elementTypes = new Set(Object.keys(inputElements));
