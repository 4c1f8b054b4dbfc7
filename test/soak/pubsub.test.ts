import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { createTopics } from '../../src/adapters/topics.js';
import { freePort } from '../support/redisServer.js';
import { findServer } from '../support/storageServers.js';

const program = findServer('prow-test-pubsub');
const { signal } = new AbortController();

if (program !== undefined) {
  test('the official client tells a Pub/Sub, each state of a job; a topic that is missing may yet be made', async () => {
    const port = await freePort();
    const child = spawn(program, [String(port)], { stdio: ['pipe', 'ignore', 'pipe'] });
    try {
      await once(child.stderr, 'data');
      process.env['PUBSUB_EMULATOR_HOST'] = `127.0.0.1:${port}`;
      const { PubSub } = await import('@google-cloud/pubsub');
      const people = new PubSub({ projectId: 'p' });
      await people.createTopic('told');
      const [subscription] = await people.topic('told').createSubscription('reader');
      const read: string[] = [];
      const two = new Promise<void>((resolve, reject) => {
        subscription.on('message', (message) => { read.push(message.data.toString()); message.ack(); if (read.length === 2) resolve(); }).on('error', reject);
      });
      await using topics = createTopics({ mode: 'act' });
      await topics.publish({ project: 'p', topic: 'told', json: '{"status":"pending"}' }, { signal });
      await topics.publish({ project: 'p', topic: 'told', json: '{"status":"success"}' }, { signal });
      await two;
      expect(read.sort()).toEqual(['{"status":"pending"}', '{"status":"success"}']);
      await expect(topics.publish({ project: 'p', topic: 'absent', json: '{}' }, { signal })).rejects.toMatchObject({ name: 'RemoteError', service: 'pubsub', retry: 'later' });
      const reason = new Error('given up');
      await expect(topics.publish({ project: 'p', topic: 'told', json: '{}' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await createTopics({ mode: 'dry' }).publish({ project: 'p', topic: 'absent', json: '{}' }, { signal });
      await subscription.close();
      await people.close();
    } finally {
      delete process.env['PUBSUB_EMULATOR_HOST'];
      child.stdin.end();
      await once(child, 'exit');
    }
  }, 60_000);
}
