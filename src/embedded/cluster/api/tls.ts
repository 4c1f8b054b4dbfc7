import { generateKeyPairSync, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the server shows, and what clients check it by; all PEM. */
export interface Certificates { readonly ca: string; readonly certificate: string; readonly key: string }

const DAY = 86_400_000;
const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function keyPair(): Promise<{ readonly keys: webcrypto.CryptoKeyPair; readonly pem: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { subtle } = webcrypto;
  return {
    keys: {
      publicKey: await subtle.importKey('spki', publicKey.export({ type: 'spki', format: 'der' }), curve, true, ['verify']),
      privateKey: await subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), curve, true, ['sign']),
    },
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

async function make(now: number): Promise<Certificates> {
  // Loaded only when something is to be made, once a year.
  const { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } = await import('@peculiar/x509');
  const authority = await keyPair();
  const server = await keyPair();
  const dates = { notBefore: new Date(now - DAY), notAfter: new Date(now + 365 * DAY) };
  const serial = (): string => `01${randomBytes(15).toString('hex')}`;
  const ca = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(), name: 'CN=prow embedded cluster', ...dates, signingAlgorithm: curve, keys: authority.keys,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)],
  });
  const leaf = await X509CertificateGenerator.create({
    serialNumber: serial(), subject: 'CN=127.0.0.1', issuer: ca.subject, ...dates, signingAlgorithm: curve, publicKey: server.keys.publicKey, signingKey: authority.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true), new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true), new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }, { type: 'dns', value: 'localhost' }]),
    ],
  });
  return { ca: ca.toString('pem'), certificate: leaf.toString('pem'), key: server.pem };
}

/** The certificates of a folder: made once for a year, made anew when a month is left. The authority's key is kept nowhere. */
export async function loadCertificates({ dir, now }: { dir: string; now: number }): Promise<Certificates> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'tls.json');
  if (existsSync(file)) {
    try {
      const kept = JSON.parse(readFileSync(file, 'utf8')) as Certificates;
      if (Date.parse(new X509Certificate(kept.certificate).validTo) > now + 30 * DAY) return kept;
    } catch { /* Half a file: nothing is lost by making new ones. */ }
  }
  const made = await make(now);
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

/** The token that lets callers in, kept in a folder so that a kubeconfig outlives a restart. */
export function loadToken(dir: string): string {
  const file = join(dir, 'token');
  if (existsSync(file)) {
    const kept = readFileSync(file, 'utf8').trim();
    if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  }
  const made = randomBytes(32).toString('hex');
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}
