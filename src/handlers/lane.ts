import type { Delivery } from '../core/event.js';
import { at, integer, parseObject, text, type Json } from './json.js';
import { repository } from './payload.js';

/** Deliveries that name no organisation at all, such as `ping` of an App. */
const NOBODY = '-';

/**
 * The lane of a delivery: what GitHub did to one thing is handled in the order in which it arrived (design decision 5).
 * `org/repo#n` for issues and pull requests, `org/repo@ref` for pushes, `org/repo:sha` for results, else the organisation.
 */
export function laneOf(delivery: Pick<Delivery, 'event' | 'body'>): string {
  const payload = parseObject(delivery.body) ?? {};
  const repo = repository(at(payload, 'pull_request', 'base', 'repo')) ?? repository(payload['repository']);
  if (!repo) return orgOf(payload);
  const where = `${repo.org}/${repo.name}`;
  switch (delivery.event) {
    case 'push': {
      const ref = text(payload['ref']);
      return ref === '' ? repo.org : `${where}@${ref.replace(/^refs\/heads\//, '')}`;
    }
    case 'status': case 'check_run': case 'check_suite': case 'workflow_run': case 'workflow_job': {
      const sha = text(payload['sha']) || text(at(payload, delivery.event, 'head_sha'));
      return sha === '' ? repo.org : `${where}:${sha}`;
    }
    default: {
      const number = integer(at(payload, 'pull_request', 'number')) ?? integer(at(payload, 'issue', 'number'));
      return number === undefined ? repo.org : `${where}#${number}`;
    }
  }
}

function orgOf(payload: Json): string {
  return text(at(payload, 'organization', 'login')) || text(at(payload, 'installation', 'account', 'login')) || text(at(payload, 'sender', 'login')) || NOBODY;
}
