/** As much of SQS as the planner calls, and what Lambda's poller does with the messages. */
import { createHash } from 'node:crypto';

export interface Message {
  id: string;
  body: string;
}

interface Request {
  Entries?: { Id: string; MessageBody: string }[];
}

export class QueueStub {
  readonly #waiting: Message[] = [];
  #sent = 0;

  /** The answer's body, as the SQS API reference shows it. */
  handle(action: string, { Entries = [] }: Request): string {
    if (action === 'GetQueueAttributes')
      return JSON.stringify({ Attributes: { ApproximateNumberOfMessages: String(this.#waiting.length) } });
    const Successful = Entries.map(({ Id, MessageBody }) => {
      this.#sent += 1;
      this.#waiting.push({ id: `message-${this.#sent}`, body: MessageBody });
      return {
        Id,
        MessageId: `message-${this.#sent}`,
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      };
    });
    return JSON.stringify({ Successful, Failed: [] });
  }

  get sent(): number {
    return this.#sent;
  }

  receive(): Message | undefined {
    return this.#waiting.shift();
  }
}
