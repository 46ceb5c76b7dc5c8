/** What the server answers: plain data until it is sent, and S3's XML. */

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** An error as S3 words it. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** further elements of the error document */
    readonly elements: Record<string, string> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

export function ok(headers: Record<string, string> = {}, body: Buffer = Buffer.alloc(0), status = 200): Answer {
  return { status, headers, body };
}

export function xmlAnswer(root: string, content: string, headers: Record<string, string> = {}, status = 200): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: Buffer.from(text) };
}

/** A HEAD request gets the status alone. */
export function errorAnswer(error: S3Error, path: string, requestId: string): Answer {
  const fields = { Code: error.code, Message: error.message, ...error.elements, Resource: path, RequestId: requestId };
  const content = Object.entries(fields).map(([name, value]) => element(name, value));
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${content.join('')}</Error>`;
  return { status: error.status, headers: { 'content-type': 'application/xml', ...error.headers }, body: Buffer.from(text) };
}

export function element(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\u0000-\u001f]/g, (char) => {
    if (char === '&') return '&amp;';
    if (char === '<') return '&lt;';
    if (char === '>') return '&gt;';
    return char === '"' ? '&quot;' : `&#x${char.charCodeAt(0).toString(16)};`;
  });
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

/** The content of every element of a name, as it stands. Enough for the two documents clients send. */
export function elements(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g')), (match) => match[1]!);
}

export function elementText(xml: string, name: string): string | undefined {
  const content = elements(xml, name)[0];
  return content === undefined ? undefined : unescapeXml(content);
}
