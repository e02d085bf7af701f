/** Bugs that are planted into invalidate-cdn: the harness must find each, or it proves nothing. */
import { CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { expect, test } from 'vitest';
import { finderOfFile } from './finder.ts';
import { meddling } from './meddling.ts';

const found = finderOfFile();

test('finds that the same event is paid for twice, for want of a reference that stays', async () => {
  let count = 0;
  const forgetful = meddling((command, send) => {
    if (!(command instanceof CreateInvalidationCommand)) return send();
    count += 1;
    const batch = { ...command.input.InvalidationBatch, CallerReference: `${count}` };
    return send(new CreateInvalidationCommand({ ...command.input, InvalidationBatch: batch } as never));
  });
  expect(await found('invalidate-cdn/message', 'none', forgetful)).toContain('was invalidated twice');
});

test('finds that a refusal is called done, and that nothing waits for better times', async () => {
  const careless = meddling((command, send) =>
    command instanceof CreateInvalidationCommand
      ? send().catch(() => ({ Invalidation: { Id: 'I000000000009' } }))
      : send(),
  );
  const said = await found('invalidate-cdn/message', 'meanwhile cloudfront CreateInvalidation', careless);
  expect(said).toContain('and the account does not show it');
  expect(said).toContain('was not told what changed');
});
