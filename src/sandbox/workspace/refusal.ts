// The one way in which a Web API method says no.

/** Becomes `{ok: false, error}`; `messages` go where Slack puts its explanations, in response_metadata. */
export class Refusal extends Error {
  readonly code: string;
  readonly messages: string[];
  readonly fields: Record<string, unknown>;

  constructor(code: string, messages: string[] = [], fields: Record<string, unknown> = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.messages = messages;
    this.fields = fields;
  }
}
