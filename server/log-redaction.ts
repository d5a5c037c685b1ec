type Environment = Readonly<Record<string, string | undefined>>;

/** What stands in the log where a secret was. */
export const REDACTED = '[secret]';

/** Shorter values are words, and taking them out would make holes in every line. */
const SHORTEST_SECRET = 6;

/**
 * Takes secrets out of lines of the log, wherever they came from: the text of a database's error as well as a field.
 * Known ones by their value; others by their form, such as a password in a URL and the header of a client's key.
 */
export function createRedactor(env: Environment): (line: string) => string {
  const known = secretsOf(env).sort((a, b) => b.length - a.length);
  return (line) => {
    const without = known.reduce((text, secret) => text.replaceAll(secret, REDACTED), line);
    return FORMS.reduce((text, [form, replacement]) => text.replace(form, replacement), without);
  };
}

/** Is what this variable holds a secret, going by its name? */
export function isSecretName(variable: string): boolean {
  return SECRET_NAME.test(variable);
}

/** Pairs of a form and what remains of it. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  // postgres://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]*:)[^\s@"\\/]+@/gi, `$1${REDACTED}@`],
  // postgres://host/database?password=…
  [/([?&](?:password|sslpassword)=)[^&\s"\\]+/gi, `$1${REDACTED}`],
  // The keys and webhook secrets that this server gives out; a key's id may be seen.
  [/\b(offcut_[0-9A-Za-z]{12}_)[0-9A-Za-z]{16,}/g, `$1${REDACTED}`],
  [/\bwhsec_[\w+/=-]+/g, `whsec_${REDACTED}`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${REDACTED}`],
  // "x-api-key":"…", X-Api-Key: …, authorization: …, also inside JSON that was escaped.
  [
    /\b(authorization|proxy-authorization|x-api-key|cookie|set-cookie)(\\*"?\s*[:=]\s*\\*"?)(?!Bearer \[|Basic \[)[^"\\,;}\s]+/gi,
    `$1$2${REDACTED}`,
  ],
];

const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|PASSWD|PGPASSWORD|(?:^|_)KEYS?)$/i;

/** Values of variables that are called a secret, and passwords in those that are addresses; also as JSON writes them. */
function secretsOf(env: Environment): string[] {
  const found = new Set<string>();
  const add = (secret: string) => {
    if (secret.length < SHORTEST_SECRET) return;
    found.add(secret);
    found.add(JSON.stringify(secret).slice(1, -1));
  };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (SECRET_NAME.test(name)) add(value);
    const { password = '' } = value.includes('://') ? (URL.parse(value) ?? {}) : {};
    add(password);
    add(decoded(password));
  }
  return [...found];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
