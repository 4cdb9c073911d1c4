// Small rules that blocks are checked with. Each notes what is wrong, and where, in Slack's own form.
import { isJson } from './json.ts';

/** Notes problems of one value; `at` is its JSON pointer. */
export type Rule = (value: unknown, at: string, problems: string[]) => void;

function note(problems: string[], at: string, reason: string): void {
  problems.push(`[ERROR] ${reason} [json-pointer:${at}]`);
}

/** An object with these fields and no others; `type` is always allowed. */
export function shape(needed: Record<string, Rule>, optional: Record<string, Rule> = {}): Rule {
  return (value, at, problems) => {
    if (!isJson(value)) return note(problems, at, 'must be an object');
    for (const [name, rule] of Object.entries(needed)) {
      if (value[name] === undefined) note(problems, at, `missing required field: ${name}`);
      else rule(value[name], `${at}/${name}`, problems);
    }
    for (const [name, field] of Object.entries(value)) {
      const rule = optional[name];
      if (rule) rule(field, `${at}/${name}`, problems);
      else if (name !== 'type' && !Object.hasOwn(needed, name)) {
        note(problems, at, `invalid additional property: ${name}`);
      }
    }
  };
}

/** A string within these lengths, in characters. */
export function string(max: number, min = 0): Rule {
  return (value, at, problems) => {
    if (typeof value !== 'string') return note(problems, at, 'must be a string');
    if (value.length > max) note(problems, at, `must be less than ${max + 1} characters`);
    if (value.length < min) note(problems, at, `must be more than ${min - 1} characters`);
  };
}

/** One of a few strings. */
export function oneOf(...allowed: string[]): Rule {
  return (value, at, problems) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      note(problems, at, `must be one of: ${allowed.join(', ')}`);
    }
  };
}

/** A whole number within these bounds. */
export function whole(min: number, max: number): Rule {
  return (value, at, problems) => {
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
      note(problems, at, `must be a number from ${min} to ${max}`);
    }
  };
}

export const flag: Rule = (value, at, problems) => {
  if (typeof value !== 'boolean') note(problems, at, 'must be a boolean');
};

/** Taken as it is. */
export const anything: Rule = () => {};

/** An http or https address. */
export const address: Rule = (value, at, problems) => {
  string(3000, 1)(value, at, problems);
  if (typeof value === 'string' && !/^https?:\/\/\S+$/.test(value)) {
    note(problems, at, 'invalid url');
  }
};

/** A list within these lengths, each item by the rule. */
export function list(rule: Rule, max: number, min = 1): Rule {
  return (value, at, problems) => {
    if (!Array.isArray(value)) return note(problems, at, 'must be a list');
    if (value.length > max) note(problems, at, `no more than ${max} items allowed`);
    if (value.length < min) note(problems, at, `no less than ${min} items required`);
    value.forEach((item, index) => rule(item, `${at}/${index}`, problems));
  };
}

/** An object whose `type` picks the rule. */
export function byType(rules: Record<string, Rule>): Rule {
  return (value, at, problems) => {
    if (!isJson(value)) return note(problems, at, 'must be an object');
    const type = String(value['type']);
    const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
    if (rule) rule(value, at, problems);
    else note(problems, at, `unsupported type: ${type}`);
  };
}

/** One of these fields, or several, must be there. */
export function anyOf(names: string[], rule: Rule): Rule {
  return (value, at, problems) => {
    if (isJson(value) && !names.some((name) => value[name] !== undefined)) {
      note(problems, at, `missing required field: ${names.join(' or ')}`);
    }
    rule(value, at, problems);
  };
}

/** A text object, plain or mrkdwn, of 1 to `max` characters. */
export function text(max: number): Rule {
  return byType({ plain_text: plainShape(max), mrkdwn: mrkdwnShape(max) });
}

/** A text object that must be plain. */
export function plain(max: number): Rule {
  return byType({ plain_text: plainShape(max) });
}

function plainShape(max: number): Rule {
  return shape({ text: string(max, 1) }, { emoji: flag });
}

function mrkdwnShape(max: number): Rule {
  return shape({ text: string(max, 1) }, { verbatim: flag });
}
