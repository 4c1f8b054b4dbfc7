import type { Child } from 'hono/jsx';

const LINK = /\[([^\]\n]*)\]\((https?:\/\/[^\s)]+)\)|`([^`\n]+)`|\*\*([^*\n]+)\*\*|~~([^~\n]+)~~|\*([^*\s][^*\n]*)\*/g;

/** Links, code and strong words of one line; everything else stays text. */
function inline(line: string): readonly Child[] {
  const parts: Child[] = [];
  let at = 0;
  for (const match of line.matchAll(LINK)) {
    const [whole, label, href, code, strong, struck, stressed] = match;
    parts.push(line.slice(at, match.index));
    if (href !== undefined) parts.push(<a href={href} rel="nofollow noreferrer">{label === '' ? href : label}</a>);
    else if (code !== undefined) parts.push(<code>{code}</code>);
    else if (strong !== undefined) parts.push(<strong>{inline(strong)}</strong>);
    else if (struck !== undefined) parts.push(<s>{inline(struck)}</s>);
    else parts.push(<em>{inline(stressed ?? '')}</em>);
    at = match.index + whole.length;
  }
  return [...parts, line.slice(at)];
}

/** As much of Markdown as comments of people and bots need. HTML is not let through; `<details>` becomes its content, comments vanish. */
export function Markdown({ text }: { text: string }) {
  const lines = text.replaceAll('\r\n', '\n').replace(/<!--[\s\S]*?-->/g, '').replace(/<\/?(?:details|summary|a|p|b|i|code|pre)\b[^>]*>/g, '').split('\n');
  const blocks: Child[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const run = (marker: RegExp): readonly string[] => {
      const taken: string[] = [];
      while (at < lines.length && marker.test(lines[at] ?? '')) taken.push((lines[at++] ?? '').replace(marker, ''));
      return taken;
    };
    if (line.startsWith('```')) {
      at++;
      const code: string[] = [];
      while (at < lines.length && !(lines[at] ?? '').startsWith('```')) code.push(lines[at++] ?? '');
      at++;
      blocks.push(<pre>{code.join('\n')}</pre>);
    } else if (/^\s*[-*] /.test(line)) blocks.push(<ul>{run(/^\s*[-*] /).map((item) => <li>{inline(item)}</li>)}</ul>);
    else if (/^> ?/.test(line)) blocks.push(<blockquote>{run(/^> ?/).map((quoted) => <p>{inline(quoted)}</p>)}</blockquote>);
    else {
      at++;
      if (line.trim() !== '') blocks.push(<p>{inline(line.replace(/^#+ /, ''))}</p>);
    }
  }
  return <>{blocks}</>;
}
