// The shapes of Slack's own objects, as far as this simulated workspace stores and sends them.

import type { Json } from './json.ts';

export interface Block {
  type: string;
  block_id?: string;
  [field: string]: unknown;
}

export interface Reaction {
  name: string;
  users: string[];
  count: number;
}

export interface FileObject {
  id: string;
  name: string | null;
  title: string;
  mimetype: string;
  filetype: string;
  size: number;
  mode: string;
  user: string;
  created: number;
  timestamp: number;
  is_external: boolean;
  is_public: boolean;
  url_private?: string;
  url_private_download?: string;
  permalink?: string;
  file_access?: string;
  shares: { public?: Shares; private?: Shares };
  [field: string]: unknown;
}

/** Where a file was shared: channel id to the messages that carry it. */
type Shares = Record<string, { ts: string; thread_ts?: string }[]>;

export interface MessageMetadata {
  event_type: string;
  event_payload: Json;
}

export interface Message {
  type: 'message';
  subtype?: string;
  channel: string;
  ts: string;
  user: string;
  text: string;
  bot_id?: string;
  app_id?: string;
  client_msg_id?: string;
  blocks?: Block[];
  attachments?: unknown[];
  files?: FileObject[];
  thread_ts?: string;
  metadata?: MessageMetadata;
  edited?: { user: string; ts: string };
  reactions?: Reaction[];
}

/** A message that one person sees and no history keeps. */
export interface Ephemeral {
  ts: string;
  channel: string;
  user: string;
  text: string;
  blocks?: Block[];
  thread_ts?: string;
  /** What made it: an answer to a command, a response_url, or chat.postEphemeral. */
  via: 'ack' | 'response_url' | 'api' | 'slack';
}

export interface View {
  id: string;
  type: 'modal' | 'home';
  hash: string;
  callback_id: string;
  external_id: string;
  private_metadata: string;
  state: { values: Record<string, Record<string, Json>> };
  blocks: Block[];
  [field: string]: unknown;
}
