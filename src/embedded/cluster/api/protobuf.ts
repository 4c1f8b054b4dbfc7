import type { Fields } from './object.js';

/** How a field of a message is read. */
type Shape = 'text' | 'bytes' | 'number' | 'flag' | 'texts' | 'textMap' | 'bytesMap' | Message;
interface Message { readonly [field: number]: readonly [name: string, shape: Shape] }

const meta: Message = { 1: ['name', 'text'], 2: ['generateName', 'text'], 3: ['namespace', 'text'], 5: ['uid', 'text'], 6: ['resourceVersion', 'text'], 7: ['generation', 'number'], 11: ['labels', 'textMap'], 12: ['annotations', 'textMap'], 14: ['finalizers', 'texts'] };
const resource: Message = { 1: ['namespace', 'text'], 2: ['verb', 'text'], 3: ['group', 'text'], 4: ['version', 'text'], 5: ['resource', 'text'], 6: ['subresource', 'text'], 7: ['name', 'text'] };
/** The kinds that kubectl's typed commands (`create configmap`, `create secret`, `create namespace`, `auth can-i`) send as protobuf. */
const KINDS: Readonly<Record<string, Message>> = {
  ConfigMap: { 1: ['metadata', meta], 2: ['data', 'textMap'], 3: ['binaryData', 'bytesMap'], 4: ['immutable', 'flag'] },
  Secret: { 1: ['metadata', meta], 2: ['data', 'bytesMap'], 3: ['type', 'text'], 4: ['stringData', 'textMap'], 5: ['immutable', 'flag'] },
  Namespace: { 1: ['metadata', meta] },
  SelfSubjectAccessReview: { 1: ['metadata', meta], 2: ['spec', { 1: ['resourceAttributes', resource], 2: ['nonResourceAttributes', { 1: ['path', 'text'], 2: ['verb', 'text'] }] }] },
};
const MAGIC = Buffer.from('k8s\0');

interface Part { readonly field: number; readonly value: number | Buffer }

/** The parts of a message. Throws RangeError when it ends too early or holds what no message of Kubernetes holds. */
function* partsOf(bytes: Buffer): Generator<Part, void> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the message ends too early');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError('a number is too long');
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('the message ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0: yield { field, value: varint() }; break;
      case 1: yield { field, value: take(8) }; break;
      case 2: yield { field, value: take(varint()) }; break;
      case 5: yield { field, value: take(4) }; break;
      default: throw new RangeError('a field of an unknown type');
    }
  }
}

function decode(bytes: Buffer, message: Message): Fields {
  const result: Record<string, unknown> = {};
  for (const { field, value } of partsOf(bytes)) {
    const [name, shape] = message[field] ?? [];
    if (name === undefined || shape === undefined) continue;
    if (typeof value === 'number') {
      if (shape === 'number' || shape === 'flag') result[name] = shape === 'flag' ? value !== 0 : value;
      continue;
    }
    if (typeof shape === 'object') result[name] = decode(value, shape);
    else if (shape === 'text') { if (value.length > 0) result[name] = value.toString(); }
    else if (shape === 'bytes') result[name] = value.toString('base64');
    else if (shape === 'texts') result[name] = [...((result[name] as string[] | undefined) ?? []), value.toString()];
    else if (shape === 'textMap' || shape === 'bytesMap') {
      const entry = decode(value, { 1: ['key', 'text'], 2: ['value', shape === 'textMap' ? 'text' : 'bytes'] });
      result[name] = { ...(result[name] as Fields | undefined), [String(entry.key ?? '')]: entry.value ?? '' };
    }
  }
  return result;
}

/** An object in Kubernetes' protobuf form as JSON; undefined when it is none, or of a kind that is not known here. */
export function fromProtobuf(bytes: Buffer): Fields | undefined {
  if (!bytes.subarray(0, 4).equals(MAGIC)) return undefined;
  try {
    let type: Fields = {};
    let raw: Buffer = Buffer.alloc(0);
    for (const { field, value } of partsOf(bytes.subarray(4))) {
      if (field === 1 && typeof value !== 'number') type = decode(value, { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] });
      if (field === 2 && typeof value !== 'number') raw = value;
    }
    const message = KINDS[String(type.kind)];
    return message && { ...type, ...decode(raw, message) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
