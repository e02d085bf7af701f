/** Volumes in states that moto's never have. */
import { describe, type Listing } from './describe.ts';
import type { Operation } from './operation.ts';
import { parseAnswer, setText, text, withBody } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html */
const createVolume: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  const root = parseAnswer(answer);
  call.account.createdAt.set(text(root, 'volumeId'), call.account.now());
  setText(root, 'createTime', call.account.now().toISOString());
  return withBody(answer, root);
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html */
const volumes: Listing = {
  set: 'volumeSet',
  id: 'volumeId',
  ids: 'VolumeId',
  change: (item, { account }) => {
    const id = text(item, 'volumeId');
    const state = account.volumeStates.get(id);
    const created = account.createdAt.get(id);
    if (state !== undefined) setText(item, 'status', state);
    if (created !== undefined) setText(item, 'createTime', created.toISOString());
  },
  filters: {
    status: (item) => [text(item, 'status')],
    'create-time': (item) => [text(item, 'createTime')],
  },
};

export const volumeOperations: Readonly<Record<string, Operation>> = {
  CreateVolume: createVolume,
  DescribeVolumes: (call) => describe(call, volumes),
};
