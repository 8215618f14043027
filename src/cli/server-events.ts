// Tested by: cli/program.test.ts

export interface ServerEvent {
  name: string;
  data: string;
}

/** The events of a `text/event-stream`, as they come (HTML standard, 9.2.6); ids and retry times are passed over. */
export async function* readServerEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<ServerEvent> {
  let name = 'message';
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { name, data: data.join('\n') };
      name = 'message';
      data = [];
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }
}

/** A line that the end of the body cuts off is no line. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop()!;
    yield* lines;
  }
}
