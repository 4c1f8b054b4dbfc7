/** GitHub sends CRLF line ends. */
export function withoutCarriage(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
